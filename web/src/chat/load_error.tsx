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
  // That the device is offline is said at the edge of what it holds.
  if (state.error === null || state.error.code === "offline") return null;
  return (
    <div className={styles.loadError} role="alert">
      <span>{describeError(state.error)}</span>
      <Button variant="quiet" onClick={() => again(state, timeline)}>
        Try again
      </Button>
    </div>
  );
}

function again(state: TimelineState, timeline: Timeline): void {
  if (state.entries.length === 0) void timeline.showNewest();
  else if (state.older === "more") void timeline.loadOlder();
  else void timeline.loadNewer();
}
