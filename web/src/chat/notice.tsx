/** A line above the field about something that did not work. */

import { X } from "lucide-react";
import { IconButton } from "../design/button.js";
import styles from "./chat_pane.module.css";

export interface NoticeProps {
  readonly message: string | null;
  readonly onClose: () => void;
}

export function Notice({ message, onClose }: NoticeProps) {
  if (message === null) return null;
  return (
    <div className={styles.notice} role="alert">
      <span>{message}</span>
      <IconButton label="Dismiss" tooltip={false} onClick={onClose}>
        <X aria-hidden="true" />
      </IconButton>
    </div>
  );
}
