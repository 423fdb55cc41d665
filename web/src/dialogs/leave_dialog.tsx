/** Asks before a group is left. */

import type { Chat } from "@connect-chat/sdk";
import { Button } from "../design/button.js";
import { Dialog } from "../design/dialog.js";
import styles from "./forms.module.css";
import { useAttempt } from "./use_attempt.js";

export interface LeaveDialogProps {
  readonly chat: Chat;
  readonly name: string;
  readonly shown: boolean;
  readonly onClose: () => void;
  readonly onLeft: () => void;
}

const ERRORS = {
  conflict: "You are the last owner. Make somebody else an owner first.",
} as const;

export function LeaveDialog({ chat, name, shown, onClose, onLeft }: LeaveDialogProps) {
  const attempt = useAttempt();

  async function leave() {
    if (!(await attempt.run(() => chat.leave(), ERRORS))) return;
    onClose();
    onLeft();
  }

  return (
    <Dialog
      open={shown}
      onClose={onClose}
      title="Leave this group?"
      description={
        <>
          You will no longer see what is said in <bdi>{name}</bdi>. What you have read so far stays.
        </>
      }
      actions={
        <>
          <Button onClick={onClose}>Stay</Button>
          <Button variant="danger" busy={attempt.busy} onClick={leave}>
            Leave
          </Button>
        </>
      }
    >
      {attempt.error !== null && (
        <p className={styles.error} role="alert">
          {attempt.error}
        </p>
      )}
    </Dialog>
  );
}
