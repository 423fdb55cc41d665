/** Searching the list: chats whose title or peer has every word that was typed. Pure. */

import type { ChatSummary } from "@connect-chat/sdk";
import { chatName } from "./preview.js";

export function filterChats(chats: readonly ChatSummary[], search: string): readonly ChatSummary[] {
  const words = plain(search).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return chats;
  return chats.filter((chat) => {
    const name = plain(chatName(chat));
    return words.every((word) => name.includes(word));
  });
}

/** Without case and accents, so that "zoe" finds "Zoë". */
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
