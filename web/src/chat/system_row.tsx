/** The lines between messages: what happened to the chat, gaps and their reasons, its beginning. */

import { memo } from "react";
import { shownName } from "../text.js";
import type { GapRow, StartRow, SystemRow } from "./rows.js";
import { type Piece, systemLine } from "./system_line.js";
import styles from "./timeline.module.css";
import { fullTime } from "./times.js";

export interface SystemRowProps {
  readonly row: SystemRow | GapRow | StartRow;
  readonly self: string;
  readonly active: boolean;
}

export const SystemRowView = memo(function SystemRowView({ row, self, active }: SystemRowProps) {
  const shared = { "data-entry": row.id, tabIndex: active ? 0 : -1 };
  if (row.type === "system")
    return (
      <article {...shared} data-seq={row.event.seq} className={styles.system}>
        <p className={styles.systemLine} title={fullTime(row.event.ts)}>
          <Pieces pieces={systemLine(row.event, self)} />
        </p>
      </article>
    );
  return (
    <div {...shared} className={row.type === "gap" ? styles.gap : styles.start}>
      <p>{row.type === "gap" ? gapWords(row.why) : "This is where the chat begins."}</p>
    </div>
  );
});

function Pieces({ pieces }: { readonly pieces: readonly Piece[] }) {
  return pieces.map((piece, index) =>
    piece.quoted ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line never move
      <bdi key={index} className={styles.systemQuote}>
        {shownName(piece.text)}
      </bdi>
    ) : (
      piece.text
    ),
  );
}

function gapWords(why: GapRow["why"]): string {
  switch (why) {
    case "not_member":
      return "You were not in this chat then: what was said is not shown to you.";
    case "expired":
      return "What was said here is no longer kept.";
    case "offline":
      return "What comes here is not on this device. It is loaded when you are online again.";
  }
}
