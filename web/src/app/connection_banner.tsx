/** What is wrong with the connection, and what can be done about it. Nothing while all is well. */

import type { Client, ConnectionState, StopReason } from "@connect-chat/sdk";
import { CloudOff, RefreshCw, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { Banner } from "../design/banner.js";
import { Button } from "../design/button.js";
import { VisuallyHidden } from "../design/visually_hidden.js";
import { useReadable } from "../readable.js";
import styles from "./connection_banner.module.css";

/** Connecting takes a moment at each start; only what lasts longer is worth a word. ms */
const QUIET_FOR = 1500;

export interface ConnectionBannerProps {
  readonly client: Client;
  readonly onSignInAgain: () => void;
  readonly onRestart: () => void;
}

export function ConnectionBanner({ client, onSignInAgain, onRestart }: ConnectionBannerProps) {
  const connection = useReadable(client.connection);
  const lasting = useLasting(connection.state === "connecting");
  const shown = connection.state !== "connecting" || lasting ? connection : null;
  return (
    <aside aria-label="Connection" className={styles.place}>
      <div role="status">
        <VisuallyHidden>{shown === null ? "" : announcement(shown)}</VisuallyHidden>
      </div>
      {shown?.state === "connecting" && <Connecting client={client} retryAt={shown.retryAt} />}
      {shown?.state === "offline" && (
        <Banner tone="plain" icon={<CloudOff aria-hidden="true" />}>
          You are offline. What you write is sent when you are back.
        </Banner>
      )}
      {shown?.state === "stopped" && (
        <Stopped reason={shown.reason} onSignInAgain={onSignInAgain} onRestart={onRestart} />
      )}
    </aside>
  );
}

/** Read out when it changes: without the seconds, which would never let it end. */
export function announcement(connection: ConnectionState): string {
  if (connection.state === "connecting") return "Connecting.";
  if (connection.state === "offline") return "You are offline.";
  return connection.state === "stopped" ? STOPPED[connection.reason].words : "";
}

function Connecting({ client, retryAt }: { client: Client; retryAt: number | null }) {
  const seconds = useSecondsUntil(retryAt);
  const waiting = retryAt !== null && seconds > 0;
  return (
    <Banner
      tone="warning"
      icon={<RefreshCw aria-hidden="true" className={waiting ? "" : styles.turning} />}
      action={
        waiting && (
          <Button variant="quiet" onClick={() => client.reconnect()}>
            Try now
          </Button>
        )
      }
    >
      {waiting ? `No connection. Next try in ${seconds} s.` : "Connecting…"}
    </Banner>
  );
}

interface StoppedWords {
  readonly words: string;
  readonly button: string;
  readonly leads: "sign_in" | "restart";
}

const STOPPED: Readonly<Record<StopReason, StoppedWords>> = {
  token_refused: {
    words: "The server no longer accepts your sign-in.",
    button: "Sign in again",
    leads: "sign_in",
  },
  token_revoked: {
    words: "Your sign-in was revoked.",
    button: "Sign in again",
    leads: "sign_in",
  },
  wrong_user: {
    words: "This sign-in belongs to somebody else.",
    button: "Sign in again",
    leads: "sign_in",
  },
  replaced: {
    words: "Connect was opened elsewhere as this device.",
    button: "Use it here",
    leads: "restart",
  },
  closed: { words: "The connection was closed.", button: "Connect again", leads: "restart" },
};

type StoppedProps = Omit<ConnectionBannerProps, "client"> & { readonly reason: StopReason };

function Stopped({ reason, onSignInAgain, onRestart }: StoppedProps) {
  const { words, button, leads } = STOPPED[reason];
  return (
    <Banner
      tone="danger"
      icon={<TriangleAlert aria-hidden="true" />}
      action={
        <Button variant="secondary" onClick={leads === "sign_in" ? onSignInAgain : onRestart}>
          {button}
        </Button>
      }
    >
      {words}
    </Banner>
  );
}

/** True once `on` has been true for a while. */
function useLasting(on: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setTimeout(() => setLasting(true), QUIET_FOR);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [on]);
  return on && lasting;
}

/** Whole seconds until a moment of the local clock, counted down; 0 from then on. */
function useSecondsUntil(moment: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (moment === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [moment]);
  return moment === null ? 0 : Math.max(0, Math.ceil((moment - now) / 1000));
}
