/** What was tried and refused, in words, until the next try or until it is put away. */

import { useCallback, useState } from "react";
import { describeError } from "../errors.js";

export interface Failures {
  readonly message: string | null;
  /** `what` says what did not happen: "The change was not saved". */
  readonly attempt: (what: string, tried: Promise<unknown>) => void;
  readonly clear: () => void;
}

export function useFailures(): Failures {
  const [message, setMessage] = useState<string | null>(null);
  const clear = useCallback(() => setMessage(null), []);
  const attempt = useCallback((what: string, tried: Promise<unknown>) => {
    setMessage(null);
    tried.catch((error: unknown) => setMessage(`${what}. ${describeError(error)}`));
  }, []);
  return { message, attempt, clear };
}
