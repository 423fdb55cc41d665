/** What is there to be typed into when a form takes another one's place. */

import { type RefObject, useEffect, useRef } from "react";

/** Focuses the first field, or else the first button, of the container whenever `shown` changes. */
export function useFirstField(container: RefObject<HTMLElement | null>, shown: unknown): void {
  const before = useRef(shown);
  useEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    const fields = container.current?.querySelector<HTMLElement>("input, textarea");
    (fields ?? container.current?.querySelector<HTMLElement>("button"))?.focus();
  }, [container, shown]);
}
