/** Above the field: which message is answered or edited, and the way out of it. */

import { CornerUpLeft, Pencil, X } from "lucide-react";
import { IconButton } from "../design/button.js";
import { Name } from "../design/name.js";
import type { ComposerMode } from "./composer.js";
import styles from "./composer.module.css";
import { preview } from "./quote.js";

export interface ComposerBarProps {
  readonly mode: ComposerMode;
  readonly onCancel: () => void;
}

export function ComposerBar({ mode, onCancel }: ComposerBarProps) {
  if (mode.type === "plain") return null;
  const { row } = mode;
  const editing = mode.type === "edit";
  return (
    <div className={styles.bar}>
      {editing ? <Pencil aria-hidden="true" /> : <CornerUpLeft aria-hidden="true" />}
      <div className={styles.barWords}>
        <span className={styles.barTitle}>
          {editing ? "Edit message" : row.own ? "Reply to yourself" : <ReplyTo from={row.from} />}
        </span>
        <span className={styles.barText} dir="auto">
          {preview(row.message)}
        </span>
      </div>
      <IconButton
        label={editing ? "Stop editing" : "Do not reply"}
        tooltip={false}
        onClick={onCancel}
      >
        <X aria-hidden="true" />
      </IconButton>
    </div>
  );
}

function ReplyTo({ from }: { readonly from: string }) {
  return (
    <>
      Reply to <Name>{from}</Name>
    </>
  );
}
