/** Reads out what comes in to chats that are not open; the open chat announces its own. */

import type { Client } from "@connect-chat/sdk";
import { useEffect, useState } from "react";
import { VisuallyHidden } from "../design/visually_hidden.js";
import { chatName } from "../list/preview.js";
import { shownName } from "../text.js";

export function Announcer({
  client,
  open,
}: {
  readonly client: Client;
  readonly open: string | null;
}) {
  const [words, setWords] = useState("");
  useEffect(
    () =>
      client.onIncoming(({ chat, message }) => {
        if (chat.chat === open || message.kind !== "message") return;
        const from = shownName(message.from);
        setWords(
          chat.type === "group"
            ? `New message from ${from} in ${chatName(chat)}`
            : `New message from ${from}`,
        );
      }),
    [client, open],
  );
  return (
    <div aria-live="polite">
      <VisuallyHidden>{words}</VisuallyHidden>
    </div>
  );
}
