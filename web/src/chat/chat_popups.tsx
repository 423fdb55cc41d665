/** What can stand over a chat: the menu of a message, the emoji picker, the question before a delete. */

import type { ChatSummary, EventId } from "@connect-chat/sdk";
import { useRef } from "react";
import { Button } from "../design/button.js";
import { Dialog } from "../design/dialog.js";
import { type Anchor, useChatActions } from "./chat_actions.js";
import { EmojiPopover } from "./emoji_popover.js";
import { MessageMenu } from "./message_menu.js";
import type { MessageRow } from "./rows.js";

export type Popup =
  | { readonly type: "none" }
  | { readonly type: "menu" | "reaction"; readonly row: MessageRow; readonly anchor: Anchor }
  | { readonly type: "delete"; readonly row: MessageRow };

export const noPopup: Popup = { type: "none" };

export interface ChatPopupsProps {
  readonly popup: Popup;
  readonly summary: ChatSummary;
  readonly messageLink: ((message: EventId) => string) | undefined;
  /** Closes it, unless another one has opened meanwhile. */
  readonly onClose: (popup: Popup) => void;
  readonly onDelete: (row: MessageRow) => void;
}

export function ChatPopups(props: ChatPopupsProps) {
  const { popup, summary } = props;
  const onClose = () => props.onClose(popup);
  const actions = useChatActions();
  const pick = (emoji: string) => {
    if (popup.type === "reaction") actions.react(popup.row.message.id, emoji, true);
    onClose();
  };
  return (
    <>
      <MessageMenu
        target={popup.type === "menu" ? popup : null}
        role={summary.role}
        direct={summary.type === "direct"}
        messageLink={props.messageLink}
        onClose={onClose}
      />
      <EmojiPopover
        anchor={popup.type === "reaction" ? popup.anchor : null}
        onPick={pick}
        onClose={onClose}
      />
      <DeleteDialog {...props} />
    </>
  );
}

function DeleteDialog(props: ChatPopupsProps) {
  const { popup, onDelete } = props;
  // It is closed already when focus goes back.
  const asked = useRef(popup);
  if (popup.type === "delete") asked.current = popup;
  const onClose = () => props.onClose(popup);
  const confirm = () => {
    if (popup.type === "delete") onDelete(popup.row);
    onClose();
  };
  return (
    <Dialog
      open={popup.type === "delete"}
      onClose={onClose}
      title="Delete this message?"
      returnTo={() => rowOf(asked.current)}
      description="Its text is removed for everybody and cannot be brought back."
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button variant="danger" onClick={confirm}>
            Delete
          </Button>
        </>
      }
    />
  );
}

/** The message that it is about: the menu from which it was opened is gone. */
function rowOf(popup: Popup): HTMLElement | null {
  if (popup.type === "none") return null;
  return document.querySelector<HTMLElement>(`article[data-entry="${CSS.escape(popup.row.id)}"]`);
}
