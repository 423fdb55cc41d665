/** Whether a list is being scrolled, and whether it was a moment ago. */

import { useCallback, useEffect, useRef, useState } from "react";

/** How long what is shown while the list moves stays. */
const LINGER_MS = 1_200;

export interface Moving {
  readonly scrolling: boolean;
  /** Scrolled, now or a moment ago. */
  readonly lingering: boolean;
  readonly begin: () => void;
  readonly end: () => void;
}

export function useMoving(): Moving {
  const [scrolling, setScrolling] = useState(false);
  const [lingering, setLingering] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = useCallback(() => {
    clearTimeout(timer.current);
    setScrolling(true);
    setLingering(true);
  }, []);
  const end = useCallback(() => {
    clearTimeout(timer.current);
    setScrolling(false);
    timer.current = setTimeout(() => setLingering(false), LINGER_MS);
  }, []);
  return { scrolling, lingering, begin, end };
}
