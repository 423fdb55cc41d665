/**
 * The right pane: the open chat. A chat that the client does not know (an invitation that was
 * opened, or one that is gone) is offered for joining instead.
 */

import type { Client, EventId } from "@connect-chat/sdk";
import { ArrowLeft, DoorOpen, MessagesSquare } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { ChatPane } from "../chat/chat_pane.js";
import { Button, IconButton } from "../design/button.js";
import { EmptyState } from "../design/empty_state.js";
import { Spinner } from "../design/spinner.js";
import { describeError, JOIN_ERRORS } from "../errors.js";
import { useReadable } from "../readable.js";
import { chatPath } from "../routing.js";
import styles from "./chat_place.module.css";
import { ErrorBoundary } from "./error_boundary.js";

export interface ChatPlaceProps {
  readonly client: Client;
  readonly chatId: string;
  readonly onBack: (() => void) | undefined;
  readonly onOpenInfo: () => void;
  /** The chat that was open here is off the list. */
  readonly onGone: () => void;
  /** A message to show at first, as the address says. */
  readonly showMessage: EventId | null;
}

export function ChatPlace(props: ChatPlaceProps) {
  const { client, chatId, onBack, onGone } = props;
  const summary = useReadable(client.chat(chatId).summary);
  const wasThere = useRef(false);
  useEffect(() => {
    if (summary === null && wasThere.current) onGone();
    wasThere.current = summary !== null;
  }, [summary, onGone]);
  if (summary === null) return <UnknownChat client={client} chatId={chatId} onBack={onBack} />;
  return (
    <ErrorBoundary what="This chat">
      <ChatPane
        {...props}
        messageLink={(message) => window.location.origin + chatPath(chatId, message)}
      />
    </ErrorBoundary>
  );
}

function UnknownChat({
  client,
  chatId,
  onBack,
}: Pick<ChatPlaceProps, "client" | "chatId" | "onBack">) {
  const ready = useReadable(client.ready);
  const connection = useReadable(client.connection);
  const cutOff = connection.state === "offline" || connection.state === "stopped";
  const caughtUp = connection.state === "online" && !connection.syncing;
  return (
    <section className={styles.unknown} aria-label="Chat">
      {onBack !== undefined && (
        <IconButton label="Back" onClick={onBack}>
          <ArrowLeft aria-hidden="true" />
        </IconButton>
      )}
      {ready && cutOff && (
        <EmptyState icon={<DoorOpen aria-hidden="true" />} title="Not on this device">
          This chat can be opened once you are connected.
        </EmptyState>
      )}
      {ready && caughtUp && <JoinOffer client={client} chatId={chatId} />}
      {!(ready && (cutOff || caughtUp)) && (
        <span className={styles.waiting}>
          <Spinner label="Opening the chat" />
        </span>
      )}
    </section>
  );
}

function JoinOffer({ client, chatId }: Pick<ChatPlaceProps, "client" | "chatId">) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function join() {
    setBusy(true);
    try {
      await client.join(chatId);
    } catch (failure) {
      setError(describeError(failure, JOIN_ERRORS));
    }
    setBusy(false);
  }

  return (
    <EmptyState
      icon={<DoorOpen aria-hidden="true" />}
      title="You are not in this chat"
      action={
        <>
          {error !== null && (
            <p role="alert" className={styles.error}>
              {error}
            </p>
          )}
          <Button variant="primary" busy={busy} onClick={join}>
            Join
          </Button>
        </>
      }
    >
      If it is a group that anybody may join by its link, you can join it here.
    </EmptyState>
  );
}

export function NoChatOpen() {
  return (
    <section className={styles.unknown} aria-label="Chat">
      <EmptyState icon={<MessagesSquare aria-hidden="true" />} title="Choose a chat">
        Or start a new one. Press / to search.
      </EmptyState>
    </section>
  );
}
