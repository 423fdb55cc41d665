/** What was tried and refused, in words, until the next try or until it is put away. */

import { useCallback, useState } from "react";
import { describeError, QUEUE_ERRORS } from "../errors.js";

export interface Failures {
  readonly message: string | null;
  /** `what` says what did not happen: "The change was not saved". */
  readonly attempt: (what: string, tried: Promise<unknown>) => void;
  /** The same for what is refused at once, by throwing; whether it was done. */
  readonly attemptNow: (what: string, tried: () => void) => boolean;
  readonly clear: () => void;
}

export function useFailures(): Failures {
  const [message, setMessage] = useState<string | null>(null);
  const clear = useCallback(() => setMessage(null), []);
  const attempt = useCallback((what: string, tried: Promise<unknown>) => {
    setMessage(null);
    tried.catch((error: unknown) => setMessage(`${what}. ${describeError(error)}`));
  }, []);
  const attemptNow = useCallback((what: string, tried: () => void) => {
    setMessage(null);
    try {
      tried();
      return true;
    } catch (error) {
      setMessage(`${what}. ${describeError(error, QUEUE_ERRORS)}`);
      return false;
    }
  }, []);
  return { message, attempt, attemptNow, clear };
}
