/**
 * What stands over the chats: a dialog or a panel, or nothing. It is a step in the browser's history
 * of its own, so that going back (a phone's button, a swipe) closes it before it leaves the chat.
 */

import { useCallback, useEffect, useState } from "react";
import { OVER, type Router } from "../routing.js";

export type Over = "new_chat" | "new_group" | "info" | "settings" | null;

export interface Overlay {
  readonly over: Over;
  readonly show: (over: NonNullable<Over>) => void;
  readonly close: () => void;
  /** Closes it for a chat, which takes its step in the history. */
  readonly openChat: (chat: string) => void;
}

export function useOver(router: Router, page: Window = window): Overlay {
  const [over, setOver] = useState<Over>(null);
  useEffect(() => {
    const moved = () => page.history.state !== OVER && setOver(null);
    page.addEventListener("popstate", moved);
    return () => page.removeEventListener("popstate", moved);
  }, [page]);
  const show = useCallback(
    (shown: NonNullable<Over>) => {
      if (page.history.state !== OVER) page.history.pushState(OVER, "");
      setOver(shown);
    },
    [page],
  );
  const close = useCallback(() => {
    setOver(null);
    if (page.history.state === OVER) page.history.back();
  }, [page]);
  const openChat = useCallback(
    (chat: string) => {
      setOver(null);
      router.open(chat);
    },
    [router],
  );
  return { over, show, close, openChat };
}
