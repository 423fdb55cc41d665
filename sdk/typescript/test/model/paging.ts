/** Pages of the model of the server: docs/protocol.md, "Pages", as the server's own paging does it. */

import type { EventId, Page, Seq, UserId } from "../../src/protocol/types.js";
import type { Logged, ModelLog } from "./log.js";

export interface Position {
  readonly before?: EventId;
  readonly after?: EventId;
  readonly around?: EventId;
  readonly at?: number;
}

/** What a page looked through. */
interface Scan {
  readonly messages: Logged[];
  lowest: Logged | null;
  highest: Logged | null;
  scanned: number;
  isCutShort: boolean;
}

export function pageOf(
  log: ModelLog,
  user: UserId,
  position: Position,
  limit: number,
  options: { readonly upTo: Seq; readonly foldedTo: Seq; readonly scanMax: number },
): Page {
  const visible = log.visible(user, options.upTo);
  const scan: Scan = { messages: [], lowest: null, highest: null, scanned: 0, isCutShort: false };
  const { before, around } = position;
  const after = position.at === undefined ? position.after : position.at * 2048 - 1;
  if (after !== undefined || around !== undefined) {
    const below = around === undefined ? 0 : Math.floor(limit / 2);
    const from = around === undefined ? (after ?? 0) : around - 1;
    rise(
      scan,
      visible.filter(({ id }) => id > from),
      limit - below,
      options.scanMax,
    );
    if (below > 0 && !scan.isCutShort)
      fall(
        scan,
        visible.filter(({ id }) => id <= from),
        below,
        options.scanMax,
      );
  } else {
    fall(
      scan,
      visible.filter(({ id }) => id < (before ?? Infinity)),
      limit,
      options.scanMax,
    );
  }
  const messages = scan.messages
    .sort((one, other) => one.seq - other.seq)
    .map((event) => log.folded(user, event, options.foldedTo))
    .filter((message) => message !== null);
  const newest = visible.at(-1);
  const head = newest === undefined ? { id: 0, seq: 0 } : { id: newest.id, seq: newest.seq };
  return { messages, head, ...ends(log, user, scan, visible, { before, after }) };
}

export function isMessage({ kind }: Logged): boolean {
  return kind === "message" || kind === "member" || kind === "chat";
}

function rise(scan: Scan, events: readonly Logged[], wanted: number, max: number): void {
  let found = 0;
  for (const event of events) {
    if (isMessage(event)) {
      if (found === wanted) return;
      found += 1;
      scan.messages.push(event);
    }
    if (look(scan, event, max)) return;
  }
}

function fall(scan: Scan, events: readonly Logged[], wanted: number, max: number): void {
  let found = 0;
  for (const event of events.toReversed()) {
    if (isMessage(event)) {
      found += 1;
      scan.messages.push(event);
    }
    if (look(scan, event, max) || found === wanted) return;
  }
}

/** Answers whether the page has looked through enough. */
function look(scan: Scan, event: Logged, max: number): boolean {
  if (scan.lowest === null || event.seq < scan.lowest.seq) scan.lowest = event;
  if (scan.highest === null || event.seq > scan.highest.seq) scan.highest = event;
  scan.scanned += 1;
  scan.isCutShort = scan.scanned >= (scan.messages.length > 0 ? max : 4 * max);
  return scan.isCutShort;
}

function ends(
  log: ModelLog,
  user: UserId,
  { lowest, highest, messages, isCutShort }: Scan,
  visible: readonly Logged[],
  { before, after }: { before: EventId | undefined; after: EventId | undefined },
): Pick<Page, "range" | "missing" | "prev" | "next"> {
  const [first, last] = [visible[0], visible.at(-1)];
  const nothing = { range: null, missing: [], prev: null, next: null };
  if (first === undefined || last === undefined) return nothing;
  if (lowest === null || highest === null)
    return before !== undefined
      ? { ...nothing, next: before - 1 }
      : { ...nothing, prev: (after ?? last.id) + 1 };
  const low = widenedDown(visible, lowest, after);
  const high = widenedUp(visible, highest, before);
  const prev = low.seq > first.seq ? low.id : null;
  const next = high.seq < last.seq ? high.id : null;
  if (messages.length === 0 && !isCutShort) return { ...nothing, prev, next };
  const missing = log.holes(user, low.seq, high.seq);
  const range = { from: low.seq, to: high.seq, complete: missing.length === 0 };
  return { range, missing, prev, next };
}

/** A hole on the side where the page began belongs to it. */
function widenedDown(
  visible: readonly Logged[],
  lowest: Logged,
  after: EventId | undefined,
): { seq: Seq; id: EventId } {
  const below = visible[visible.indexOf(lowest) - 1];
  if (after === undefined || below === undefined || below.seq + 1 === lowest.seq) return lowest;
  return after < lowest.id - 1 ? { seq: below.seq + 1, id: below.id + 1 } : lowest;
}

function widenedUp(
  visible: readonly Logged[],
  highest: Logged,
  before: EventId | undefined,
): { seq: Seq; id: EventId } {
  const above = visible[visible.indexOf(highest) + 1];
  if (before === undefined || above === undefined || above.seq - 1 === highest.seq) return highest;
  return before > highest.id + 1 ? { seq: above.seq - 1, id: above.id - 1 } : highest;
}
