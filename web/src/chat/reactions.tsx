/** The reactions below a message: each a button that adds one's own or takes it back. */

import type { FoldedMessage } from "@connect-chat/sdk";
import { useChatActions } from "./chat_actions.js";
import styles from "./message.module.css";

export function Reactions({ message, off }: { message: FoldedMessage; off: boolean }) {
  const actions = useChatActions();
  if (message.reactions === undefined || message.reactions.length === 0) return null;
  return (
    <fieldset className={styles.reactions} aria-label="Reactions">
      {message.reactions.map(({ emoji, count, me }) => (
        <button
          key={emoji}
          type="button"
          className={styles.reaction}
          aria-pressed={me}
          aria-label={`${emoji}, ${count}${me ? ", one of them yours" : ""}`}
          disabled={off}
          onClick={() => actions.react(message.id, emoji, !me)}
        >
          <bdi className={styles.reactionEmoji}>{emoji}</bdi>
          <span>{count}</span>
        </button>
      ))}
    </fieldset>
  );
}
