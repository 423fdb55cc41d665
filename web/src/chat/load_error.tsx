/** History could not be loaded: why, and another try. */

import type { Timeline, TimelineState } from "@connect-chat/sdk";
import { Button } from "../design/button.js";
import { describeError } from "../errors.js";
import styles from "./timeline.module.css";

export interface LoadErrorProps {
  readonly state: TimelineState;
  readonly timeline: Timeline;
}

export function LoadError({ state, timeline }: LoadErrorProps) {
  if (state.error === null) return null;
  if (state.error.code === "offline") return <NotHere state={state} />;
  return (
    <div className={styles.loadError} role="alert">
      <span>{describeError(state.error)}</span>
      <Button variant="quiet" onClick={() => again(state, timeline)}>
        Try again
      </Button>
    </div>
  );
}

/** A jump to what the device does not hold; the edge of what it holds says so itself. */
function NotHere({ state }: { readonly state: TimelineState }) {
  if (state.older === "offline" || state.newer === "offline") return null;
  return (
    <div className={styles.loadError} role="alert">
      <span>This is not on your device. It can be shown once you are connected.</span>
    </div>
  );
}

function again(state: TimelineState, timeline: Timeline): void {
  if (state.entries.length === 0) void timeline.showNewest();
  else if (state.older === "more") void timeline.loadOlder();
  else void timeline.loadNewer();
}
