/** Reads out each new message of somebody else, and nothing of what is loaded or scrolled to. */

import { useEffect, useRef, useState } from "react";
import { VisuallyHidden } from "../design/visually_hidden.js";
import { shownName } from "../text.js";
import { preview } from "./quote.js";
import type { MessageRow, Row } from "./rows.js";

export interface AnnouncerProps {
  readonly rows: readonly Row[];
  /** The newest message is among the rows. */
  readonly live: boolean;
}

export function Announcer({ rows, live }: AnnouncerProps) {
  const newest = live ? rows.findLast((row) => row.type === "message") : undefined;
  const known = useRef<number | null>(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (newest === undefined) return;
    const { id } = newest.message;
    const isNew = known.current !== null && id > known.current;
    known.current = Math.max(known.current ?? 0, id);
    if (isNew && !newest.own) setSaid(words(newest));
  }, [newest]);
  return (
    <div aria-live="polite" aria-atomic="true">
      <VisuallyHidden>{said}</VisuallyHidden>
    </div>
  );
}

function words(row: MessageRow): string {
  return `${shownName(row.from)}: ${preview(row.message)}`;
}
