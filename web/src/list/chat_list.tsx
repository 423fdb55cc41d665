/**
 * All chats, the latest first. One Tab stop; arrows, Home and End move within, Enter opens. Long
 * lists are virtual: only what is near the view is in the page.
 */

import type { ChatSummary, Client } from "@connect-chat/sdk";
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import styles from "./chat_list.module.css";
import { ChatRow } from "./chat_row.js";
import { useNow } from "./use_now.js";

/** Shorter lists are shown whole: that is simpler for find-in-page and screen readers. */
const SHOWN_WHOLE_MAX = 60;
/** A row is measured one or two frames after it came into the page. */
const FOCUS_FRAMES = 10;
/** The height of a row, 4.5rem. */
const ROW_PIXELS = 72;

export interface ChatListProps {
  readonly client: Client;
  readonly chats: readonly ChatSummary[];
  readonly open: string | null;
  readonly onOpen: (chat: string) => void;
}

export function ChatList({ client, chats, open, onOpen }: ChatListProps) {
  const now = useNow(client);
  const list = useRef<HTMLElement>(null);
  const rows = useRef<VirtualizerHandle>(null);
  const moved = useRef(false);
  const [focused, setFocused] = useState<string | null>(null);
  const tabStop = tabStopIn(chats, focused, open);
  const tabIndex = chats.findIndex((chat) => chat.chat === tabStop);

  function move(event: KeyboardEvent) {
    const next = chats[stepTo(event.key, tabIndex, chats.length)];
    if (next === undefined || !hasNoModifier(event)) return;
    event.preventDefault();
    setFocused(next.chat);
    moved.current = true;
    rows.current?.scrollToIndex(chats.indexOf(next), { align: "nearest" });
  }

  useLayoutEffect(() => {
    if (moved.current && tabStop !== null) focusRow(list.current, tabStop, FOCUS_FRAMES);
    moved.current = false;
  }, [tabStop]);

  const row = (chat: ChatSummary) => (
    <ChatRow
      key={chat.chat}
      client={client}
      chat={chat}
      selected={chat.chat === open}
      tabStop={chat.chat === tabStop}
      now={now}
      onOpen={onOpen}
    />
  );

  return (
    <nav
      ref={list}
      className={styles.list}
      aria-label="Chats"
      onKeyDown={move}
      onFocus={(event) =>
        setFocused(event.target.closest("[data-chat]")?.getAttribute("data-chat") ?? null)
      }
    >
      {chats.length <= SHOWN_WHOLE_MAX ? (
        <ul>
          {chats.map((chat) => (
            <li key={chat.chat}>{row(chat)}</li>
          ))}
        </ul>
      ) : (
        <Virtualizer
          ref={rows}
          data={chats}
          as="ul"
          item="li"
          itemSize={ROW_PIXELS}
          keepMounted={tabIndex < 0 ? [] : [tabIndex]}
        >
          {row}
        </Virtualizer>
      )}
    </nav>
  );
}

/** The row that was focused last, else the open one, else the first. */
function tabStopIn(
  chats: readonly ChatSummary[],
  focused: string | null,
  open: string | null,
): string | null {
  const has = (id: string | null) => id !== null && chats.some((chat) => chat.chat === id);
  if (has(focused)) return focused;
  return has(open) ? open : (chats[0]?.chat ?? null);
}

/** The index that a key leads to; -1 for other keys. */
function stepTo(key: string, from: number, count: number): number {
  if (key === "ArrowDown") return Math.min(from + 1, count - 1);
  if (key === "ArrowUp") return Math.max(from - 1, 0);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : -1;
}

function hasNoModifier(event: KeyboardEvent): boolean {
  return !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
}

/** A row from outside the view is hidden until it was measured, and takes the focus only then. */
function focusRow(list: HTMLElement | null, chat: string, frames: number): void {
  const row = list?.querySelector<HTMLElement>(`[data-chat="${CSS.escape(chat)}"]`);
  row?.focus();
  if (frames > 0 && document.activeElement !== row)
    requestAnimationFrame(() => focusRow(list, chat, frames - 1));
}
