/** A row of the timeline with what stands above it: the day that begins, the line above what is new. */

import { memo } from "react";
import { DayDivider, UnreadLine } from "./day_divider.js";
import { MessageRowView } from "./message_row.js";
import { isGrouped, type Row } from "./rows.js";
import { SystemRowView } from "./system_row.js";

export interface TimelineRowProps {
  readonly row: Row;
  readonly self: string;
  readonly direct: boolean;
  readonly readOnly: boolean;
  /** The local midnight, for "today". */
  readonly today: number;
  readonly highlighted: boolean;
  readonly active: boolean;
}

export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { row, self, direct, readOnly, today, highlighted, active } = props;
  return (
    <>
      {row.day !== null && <DayDivider day={row.day} now={today} />}
      {row.unreadLine && <UnreadLine />}
      {isGrouped(row) ? (
        <MessageRowView {...{ row, direct, readOnly, highlighted, active }} />
      ) : (
        <SystemRowView {...{ row, self, active }} />
      )}
    </>
  );
});
