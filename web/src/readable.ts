/** React's view of the SDK's `Readable`. */

import type { Readable } from "@connect-chat/sdk";
import { useCallback, useSyncExternalStore } from "react";

/** The readable's value now; renders again after each change. */
export function useReadable<T>(readable: Readable<T>): T {
  const subscribe = useCallback((changed: () => void) => readable.subscribe(changed), [readable]);
  const get = useCallback(() => readable.get(), [readable]);
  return useSyncExternalStore(subscribe, get);
}
