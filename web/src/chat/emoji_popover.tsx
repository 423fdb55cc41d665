/** The emoji picker in a popover, at the button or the message it was opened from. */

import { Popover } from "@base-ui/react/popover";
import { lazy, type RefObject, Suspense } from "react";
import { Spinner } from "../design/spinner.js";
import { type Anchor, anchorBox } from "./chat_actions.js";
import styles from "./emoji.module.css";

const EmojiPicker = lazy(async () => {
  const { EmojiPicker: component } = await import("./emoji_picker.js");
  return { default: component };
});

export interface EmojiPopoverProps {
  readonly anchor: Anchor | null;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
  /** What gets the focus afterwards; by default what had it before. */
  readonly finalFocus?: RefObject<HTMLElement | null>;
}

export function EmojiPopover({ anchor, onPick, onClose, finalFocus }: EmojiPopoverProps) {
  return (
    <Popover.Root open={anchor !== null} onOpenChange={(open) => !open && onClose()}>
      <Popover.Portal>
        <Popover.Positioner
          className={styles.positioner}
          anchor={anchor === null ? null : anchorBox(anchor)}
          side="top"
          sideOffset={6}
          collisionPadding={8}
        >
          <Popover.Popup
            className={styles.popup}
            aria-label="Choose an emoji"
            {...(finalFocus === undefined ? {} : { finalFocus })}
          >
            <Suspense fallback={<Spinner label="Loading emoji" />}>
              <EmojiPicker onPick={onPick} />
            </Suspense>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
