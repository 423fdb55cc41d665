/**
 * The rows of a timeline, from its entries: day dividers, groups by sender, the line above what is
 * new, quotes. Pure.
 *
 * A row that says the same as before is the same object as before, so that a new message makes the
 * view render its own row and no other.
 */

import type {
  ChatEvent,
  EventId,
  FoldedMessage,
  MemberEvent,
  PendingMessage,
  Receipts,
  TimelineEntry,
  TimelineState,
  UserId,
} from "@connect-chat/sdk";
import { contentOf } from "./content.js";
import { type Progress, receiptLabel, receiptOf } from "./receipts.js";
import { dayStart } from "./times.js";

/** Messages of one sender that follow each other this closely stand in one group. */
export const GROUP_MS = 5 * 60_000;

interface Placed {
  /** What lists key by. */
  readonly id: string;
  /** The local midnight of a day that begins with this row, else null. */
  readonly day: number | null;
  /** The line "new messages" stands above it. */
  readonly unreadLine: boolean;
  /** When it was said, for the day on top of the view; null where nothing was said. */
  readonly ts: number | null;
}

interface Grouped extends Placed {
  readonly own: boolean;
  readonly from: UserId;
  /** The first of its group: has the avatar and the name. */
  readonly first: boolean;
  readonly last: boolean;
  /** The message this one answers, where it is in the timeline; `replyTo` says that there is one. */
  readonly quoted: FoldedMessage | null;
  readonly replyTo: EventId | null;
}

export interface MessageRow extends Grouped {
  readonly type: "message";
  readonly message: FoldedMessage;
  readonly changing: boolean;
  /** Of own messages. */
  readonly progress: Progress | null;
  readonly progressLabel: string;
}

export interface PendingRow extends Grouped {
  readonly type: "pending";
  readonly pending: PendingMessage;
}

export interface SystemRow extends Placed {
  readonly type: "system";
  readonly event: MemberEvent | ChatEvent;
}

export interface GapRow extends Placed {
  readonly type: "gap";
  readonly why: "not_member" | "expired" | "offline";
}

/** The chat's first message is below this. */
export interface StartRow extends Placed {
  readonly type: "start";
}

export type Row = MessageRow | PendingRow | SystemRow | GapRow | StartRow;

export interface RowOptions {
  readonly self: UserId;
  readonly direct: boolean;
  readonly receipts: Receipts | null;
  /** What was read when the chat was opened; null: no line. */
  readonly readUpTo: EventId | null;
}

export function buildRows(
  state: TimelineState,
  options: RowOptions,
  before: readonly Row[] = [],
): readonly Row[] {
  const messages = messagesById(state.entries);
  const rows: Row[] = edgeRow(state);
  for (const entry of state.entries) {
    const previous = rows[rows.length - 1];
    const row = rowOf(entry, previous, options, messages);
    if (isGrouped(row) && isGrouped(previous) && !row.first)
      rows[rows.length - 1] = { ...previous, last: false };
    rows.push(row);
  }
  const last = rows[rows.length - 1];
  if (state.newer === "offline" && last !== undefined && last.type !== "gap")
    rows.push(gapRow(`edge-newer-${last.id}`, "offline"));
  markUnread(rows, state, options);
  return reuse(rows, before);
}

export function isGrouped(row: Row | undefined): row is MessageRow | PendingRow {
  return row?.type === "message" || row?.type === "pending";
}

function messagesById(entries: readonly TimelineEntry[]): ReadonlyMap<EventId, FoldedMessage> {
  const messages = new Map<EventId, FoldedMessage>();
  for (const entry of entries)
    if (entry.type === "message" && entry.message.kind === "message")
      messages.set(entry.message.id, entry.message);
  return messages;
}

function edgeRow(state: TimelineState): Row[] {
  const first = state.entries[0];
  if (first === undefined || first.type === "gap") return [];
  if (state.older === "offline") return [gapRow(`edge-older-${first.entryId}`, "offline")];
  return state.older === "end"
    ? [{ type: "start", id: "start", day: null, unreadLine: false, ts: null }]
    : [];
}

function gapRow(id: string, why: GapRow["why"]): GapRow {
  return { type: "gap", id, why, day: null, unreadLine: false, ts: null };
}

function rowOf(
  entry: TimelineEntry,
  previous: Row | undefined,
  options: RowOptions,
  messages: ReadonlyMap<EventId, FoldedMessage>,
): Row {
  if (entry.type === "gap") return gapRow(entry.entryId, entry.why);
  const ts = entry.type === "pending" ? entry.pending.ts : entry.message.ts;
  const placed = { id: entry.entryId, day: dayOf(ts, previous), unreadLine: false, ts };
  if (entry.type === "message" && entry.message.kind !== "message")
    return { ...placed, type: "system", event: entry.message };
  const own = entry.type === "pending" || entry.own;
  const from = entry.type === "pending" ? options.self : entry.message.from;
  const grouped = {
    ...placed,
    own,
    from,
    first: !continues(previous, from, ts, placed.day !== null),
    last: true,
    ...quoteOf(entry, messages),
  };
  if (entry.type === "pending") return { ...grouped, type: "pending", pending: entry.pending };
  // What is no message was turned into a system row above; the check is for the type.
  if (entry.message.kind !== "message") return gapRow(entry.entryId, "expired");
  const { message, changing } = entry;
  return { ...grouped, type: "message", message, changing, ...progressOf(message, own, options) };
}

/** The days of what stands above decide; without anything above, the day is told. */
function dayOf(ts: number, previous: Row | undefined): number | null {
  const day = dayStart(ts);
  if (previous === undefined || previous.ts === null) return day;
  return day > dayStart(previous.ts) ? day : null;
}

function continues(previous: Row | undefined, from: UserId, ts: number, newDay: boolean): boolean {
  if (!isGrouped(previous) || newDay || previous.from !== from) return false;
  return ts - (previous.ts ?? 0) <= GROUP_MS;
}

function quoteOf(
  entry: TimelineEntry,
  messages: ReadonlyMap<EventId, FoldedMessage>,
): { replyTo: EventId | null; quoted: FoldedMessage | null } {
  const replyTo = replyOf(entry);
  return { replyTo, quoted: replyTo === null ? null : (messages.get(replyTo) ?? null) };
}

function replyOf(entry: TimelineEntry): EventId | null {
  if (entry.type === "pending") return contentOf(entry.pending.body).replyTo;
  if (entry.type === "gap" || entry.message.kind !== "message") return null;
  return contentOf(entry.message.body).replyTo;
}

function progressOf(message: FoldedMessage, own: boolean, options: RowOptions) {
  if (!own) return { progress: null, progressLabel: "" };
  const receipt = receiptOf(message.id, options.receipts, options.self);
  return {
    progress: receipt.progress,
    progressLabel: receiptLabel(receipt, options.direct),
  };
}

/** The line stands above the first message of somebody else that was not read at the opening. */
function markUnread(rows: Row[], state: TimelineState, options: RowOptions): void {
  const { readUpTo } = options;
  if (readUpTo === null) return;
  const at = rows.findIndex((row) => row.type === "message" && row.message.id > readUpTo);
  const row = rows[at];
  if (row === undefined) return;
  // Where the window begins behind it, the line is somewhere above.
  const known = at > 0 || state.older === "end";
  const firstNew = rows.findIndex(
    (other, index) => index >= at && other.type === "message" && !other.own,
  );
  const target = rows[firstNew];
  if (!known || target === undefined) return;
  breakGroup(rows, firstNew);
  rows[firstNew] = isGrouped(target)
    ? { ...target, unreadLine: true, first: true }
    : { ...target, unreadLine: true };
}

function breakGroup(rows: Row[], at: number): void {
  const previous = rows[at - 1];
  if (isGrouped(previous)) rows[at - 1] = { ...previous, last: true };
}

function reuse(rows: readonly Row[], before: readonly Row[]): readonly Row[] {
  if (before.length === 0) return rows.length === 0 ? before : rows;
  const known = new Map(before.map((row) => [row.id, row]));
  const reused = rows.map((row) => {
    const old = known.get(row.id);
    return old !== undefined && sameRow(old, row) ? old : row;
  });
  const same = reused.length === before.length && reused.every((row, i) => row === before[i]);
  return same ? before : reused;
}

function sameRow(a: Row, b: Row): boolean {
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => right.get(key) === value);
}
