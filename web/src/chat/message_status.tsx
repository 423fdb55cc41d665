/** The time of a message and, of own ones, how far it has come: a clock, one tick, two, two coloured. */

import { Check, CheckCheck, Clock3, TriangleAlert } from "lucide-react";
import { VisuallyHidden } from "../design/visually_hidden.js";
import styles from "./message.module.css";
import type { MessageRow, PendingRow } from "./rows.js";
import { clockTime, fullTime } from "./times.js";

export function MessageMeta({ row }: { readonly row: MessageRow | PendingRow }) {
  const ts = row.type === "pending" ? row.pending.ts : row.message.ts;
  return (
    <span className={styles.meta}>
      <Edited row={row} />
      <time dateTime={isoTime(ts)} title={fullTime(ts)}>
        {clockTime(ts)}
      </time>
      <Status row={row} />
    </span>
  );
}

function isoTime(ts: number): string {
  const date = new Date(ts);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

function Edited({ row }: { readonly row: MessageRow | PendingRow }) {
  if (row.type === "pending" || row.message.edited === undefined) return null;
  const { edited } = row.message;
  return <span title={`Edited ${fullTime(edited.ts)}`}>edited</span>;
}

function Status({ row }: { readonly row: MessageRow | PendingRow }) {
  if (row.type === "pending")
    return row.pending.status === "failed" ? (
      <Mark icon={<TriangleAlert />} label="Not sent" state="failed" />
    ) : (
      <Mark icon={<Clock3 />} label="Sending" state="sending" />
    );
  if (row.changing) return <Mark icon={<Clock3 />} label="Saving the change" state="sending" />;
  if (row.progress === null || row.message.deleted !== undefined) return null;
  const icon = row.progress === "stored" ? <Check /> : <CheckCheck />;
  return <Mark icon={icon} label={row.progressLabel} state={row.progress} />;
}

function Mark(props: { icon: React.ReactNode; label: string; state: string }) {
  return (
    <span className={styles.status} data-state={props.state} title={props.label}>
      <span aria-hidden="true">{props.icon}</span>
      <VisuallyHidden>{props.label}</VisuallyHidden>
    </span>
  );
}
