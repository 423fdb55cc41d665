/** Something a person asked of the server: whether it goes on, and what went wrong, in words. */

import type { ConnectError } from "@connect-chat/sdk";
import { useRef, useState } from "react";
import { describeError } from "../errors.js";

export interface Attempt {
  readonly busy: boolean;
  readonly error: string | null;
  setError(words: string | null): void;
  /** Does it, unless one goes on already; answers whether it was done. */
  run(
    work: () => Promise<unknown>,
    special?: Partial<Readonly<Record<ConnectError["code"], string>>>,
  ): Promise<boolean>;
}

export function useAttempt(): Attempt {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const going = useRef(false);
  return {
    busy,
    error,
    setError,
    async run(work, special) {
      if (going.current) return false;
      going.current = true;
      setBusy(true);
      setError(null);
      try {
        await work();
        return true;
      } catch (failure) {
        setError(describeError(failure, special));
        return false;
      } finally {
        going.current = false;
        setBusy(false);
      }
    },
  };
}
