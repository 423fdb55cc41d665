/** The question before somebody is removed from a group. */

import type { Chat, UserId } from "@connect-chat/sdk";
import { Button } from "../design/button.js";
import { Dialog } from "../design/dialog.js";
import { shownName } from "../text.js";

export interface RemoveDialogProps {
  readonly chat: Chat;
  /** Null: nobody is to be removed. */
  readonly user: UserId | null;
  readonly onClose: () => void;
  readonly onAct: (work: () => Promise<unknown>) => void;
  /** Where focus goes: the row of who was removed is gone. */
  readonly returnTo: () => HTMLElement | null;
}

export function RemoveDialog({ chat, user, onClose, onAct, returnTo }: RemoveDialogProps) {
  function remove() {
    if (user !== null) onAct(() => chat.remove(user));
    onClose();
  }
  return (
    <Dialog
      open={user !== null}
      onClose={onClose}
      returnTo={returnTo}
      title="Remove from this group?"
      description={
        user !== null && (
          <>
            <bdi>{shownName(user)}</bdi> will no longer see what is said here.
          </>
        )
      }
      actions={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button variant="danger" onClick={remove}>
            Remove
          </Button>
        </>
      }
    />
  );
}
