/** A chat: its header, its messages and the field to write in. */

import type { ChatId, Client } from "@connect-chat/sdk";

export interface ChatPaneProps {
  readonly client: Client;
  readonly chatId: ChatId;
  /** Where there is one pane only: back to the list. */
  readonly onBack?: (() => void) | undefined;
  readonly onOpenInfo: () => void;
}

export function ChatPane({ client, chatId }: ChatPaneProps) {
  return <section aria-label={client.chat(chatId).summary.get()?.title ?? "Chat"} />;
}
