/**
 * What the browser says about the network and the page. Where it says nothing (Node), the network is
 * always there and the page always seen: the core's own deadlines decide.
 */

import type { Readable } from "../api.js";
import { Source } from "./source.js";

export interface Network {
  /** False: the browser is sure that there is none. True promises nothing. */
  readonly online: Readable<boolean>;
  /** Whether somebody can see the page. */
  readonly visible: Readable<boolean>;
  close(): void;
}

/** The parts of a window that are used; each may be absent. */
export interface NetworkSurroundings {
  readonly addEventListener?: EventTarget["addEventListener"];
  readonly removeEventListener?: EventTarget["removeEventListener"];
  readonly navigator?: { readonly onLine?: boolean };
  readonly document?: Pick<
    Document,
    "addEventListener" | "removeEventListener" | "visibilityState"
  >;
}

export function watchNetwork(surroundings: NetworkSurroundings = globalThis): Network {
  const { document } = surroundings;
  const isOnline = () => surroundings.navigator?.onLine !== false;
  const isVisible = () => document?.visibilityState !== "hidden";
  const online = new Source(isOnline());
  const visible = new Source(isVisible());
  const changed = () => online.set(isOnline());
  const turned = () => visible.set(isVisible());
  surroundings.addEventListener?.("online", changed);
  surroundings.addEventListener?.("offline", changed);
  document?.addEventListener("visibilitychange", turned);
  return {
    online,
    visible,
    close() {
      surroundings.removeEventListener?.("online", changed);
      surroundings.removeEventListener?.("offline", changed);
      document?.removeEventListener("visibilitychange", turned);
    },
  };
}
