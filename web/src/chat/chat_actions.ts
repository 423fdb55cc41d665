/** What the rows can ask of the pane. One object for the pane's life, so that rows stay memoised. */

import type { EventId } from "@connect-chat/sdk";
import { createContext, useContext } from "react";
import type { MessageRow } from "./rows.js";

/** Where a popup stands: an element, or the point of a right click or a long press. */
export type Anchor = Element | { readonly x: number; readonly y: number };

export interface ChatActions {
  reply(row: MessageRow): void;
  edit(row: MessageRow): void;
  askDelete(row: MessageRow): void;
  react(message: EventId, emoji: string, on: boolean): void;
  pickReaction(row: MessageRow, anchor: Anchor): void;
  openMenu(row: MessageRow, anchor: Anchor): void;
  /** Shows a message that another one answers; a way back is kept. */
  jumpTo(message: EventId, from: EventId | null): void;
  retry(localId: string): void;
  drop(localId: string): void;
}

const Context = createContext<ChatActions | null>(null);

export const ChatActionsProvider = Context.Provider;

export function useChatActions(): ChatActions {
  const actions = useContext(Context);
  if (actions === null) throw new Error("a row stands outside of a chat pane");
  return actions;
}

/** An anchor as popups take it. */
export function anchorBox(anchor: Anchor): Element | { getBoundingClientRect: () => DOMRect } {
  if (anchor instanceof Element) return anchor;
  return { getBoundingClientRect: () => new DOMRect(anchor.x, anchor.y, 0, 0) };
}
