/** What can be done with a message. One menu for all rows, where the click or the long press was. */

import { Menu } from "@base-ui/react/menu";
import type { EventId, Role } from "@connect-chat/sdk";
import { Copy, CornerUpLeft, Link2, Pencil, SmilePlus, Trash2 } from "lucide-react";
import { MenuItem, MenuSeparator } from "../design/menu.js";
import menuStyles from "../design/menu.module.css";
import { type Anchor, anchorBox, useChatActions } from "./chat_actions.js";
import { contentOf } from "./content.js";
import styles from "./emoji.module.css";
import type { MessageRow } from "./rows.js";

export const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export interface MenuTarget {
  readonly row: MessageRow;
  readonly anchor: Anchor;
}

export interface MessageMenuProps {
  readonly target: MenuTarget | null;
  /** Null: the chat was left. */
  readonly role: Role | null;
  readonly direct: boolean;
  readonly messageLink: ((message: EventId) => string) | undefined;
  readonly onClose: () => void;
}

export function MessageMenu(props: MessageMenuProps) {
  const { target, onClose } = props;
  return (
    <Menu.Root open={target !== null} onOpenChange={(open) => !open && onClose()} modal={false}>
      <Menu.Portal>
        <Menu.Positioner
          className={menuStyles.positioner}
          anchor={target === null ? null : anchorBox(target.anchor)}
          align="start"
          sideOffset={4}
          collisionPadding={8}
        >
          <Menu.Popup className={menuStyles.popup} aria-label="Message">
            {target !== null && <Items {...props} target={target} />}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** Who may delete it: its author, and in groups those who run the chat. */
export function mayDelete(row: MessageRow, role: Role | null, direct: boolean): boolean {
  return role !== null && (row.own || (!direct && role !== "member"));
}

function Items(props: MessageMenuProps & { target: MenuTarget }) {
  const { target, role, direct, messageLink } = props;
  const { row, anchor } = target;
  const actions = useChatActions();
  const { text } = contentOf(row.message.body);
  return (
    <>
      {role !== null && (
        <>
          <QuickReactions row={row} />
          <MenuItem icon={<SmilePlus />} onSelect={() => actions.pickReaction(row, anchor)}>
            Other reaction…
          </MenuItem>
          <MenuItem icon={<CornerUpLeft />} onSelect={() => actions.reply(row)}>
            Reply
          </MenuItem>
          {row.own && (
            <MenuItem icon={<Pencil />} onSelect={() => actions.edit(row)}>
              Edit
            </MenuItem>
          )}
        </>
      )}
      {text !== "" && (
        <MenuItem icon={<Copy />} onSelect={() => copy(text)}>
          Copy text
        </MenuItem>
      )}
      {messageLink !== undefined && (
        <MenuItem icon={<Link2 />} onSelect={() => copy(messageLink(row.message.id))}>
          Copy link
        </MenuItem>
      )}
      {mayDelete(row, role, direct) && (
        <>
          <MenuSeparator />
          <MenuItem icon={<Trash2 />} danger onSelect={() => actions.askDelete(row)}>
            Delete…
          </MenuItem>
        </>
      )}
      {row.own && <p className={styles.about}>{row.progressLabel}</p>}
    </>
  );
}

function QuickReactions({ row }: { readonly row: MessageRow }) {
  const actions = useChatActions();
  const mine = new Set(row.message.reactions?.filter((one) => one.me).map((one) => one.emoji));
  return (
    <div className={styles.quick}>
      {QUICK_REACTIONS.map((emoji) => (
        <Menu.Item
          key={emoji}
          className={styles.quickEmoji}
          aria-label={mine.has(emoji) ? `Take ${emoji} back` : `React with ${emoji}`}
          data-mine={mine.has(emoji) || undefined}
          onClick={() => actions.react(row.message.id, emoji, !mine.has(emoji))}
        >
          {emoji}
        </Menu.Item>
      ))}
    </div>
  );
}

/** Where the browser has no clipboard for us (no https), nothing happens: there is nothing to mend. */
function copy(text: string): void {
  navigator.clipboard?.writeText(text).catch(() => undefined);
}
