/**
 * The messages of a chat, as a list that holds only what is in view.
 *
 * It stays at the newest message while it is there, keeps its place when something is loaded or let go
 * at either end, and loads before an end comes into view. How: `use_scroll.ts`, `row_steps.ts`.
 */

import type { Chat, ChatSummary, Client, EventId, Timeline } from "@connect-chat/sdk";
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { Spinner } from "../design/spinner.js";
import { useReadable } from "../readable.js";
import { Announcer } from "./announcer.js";
import { type Anchor, useChatActions } from "./chat_actions.js";
import { DayDivider } from "./day_divider.js";
import { ListButtons } from "./list_buttons.js";
import { LoadError } from "./load_error.js";
import type { Row } from "./rows.js";
import styles from "./timeline.module.css";
import { TimelineRow } from "./timeline_row.js";
import { dayStart } from "./times.js";
import { type Jumps, useJumps } from "./use_jumps.js";
import { useLongPress } from "./use_long_press.js";
import { type Moving, useMoving } from "./use_moving.js";
import { useRowFocus } from "./use_row_focus.js";
import { type Scroll, useScroll } from "./use_scroll.js";
import { type RowsShown, useRows, useTimeline } from "./use_timeline.js";

/** Rows are made this many pixels before they come into view, so that a fast scroll shows no blank. */
const BUFFER_PIXELS = 1_200;

export interface TimelineHandle {
  jumpTo(message: EventId, from: EventId | null): void;
  jumpToDate(ms: number): void;
  toNewest(): void;
  rows(): readonly Row[];
}

export interface TimelineViewProps {
  readonly client: Client;
  readonly chat: Chat;
  readonly summary: ChatSummary;
  /** A message to go to, at the opening or later. */
  readonly showMessage: EventId | null;
  readonly ref?: Ref<TimelineHandle>;
}

export function TimelineView(props: TimelineViewProps) {
  const timeline = useTimeline(props.chat);
  if (timeline === null) return <div className={styles.frame} />;
  return <OpenTimeline {...props} timeline={timeline} />;
}

type OpenProps = TimelineViewProps & { readonly timeline: Timeline };

function OpenTimeline(props: OpenProps) {
  const { client, chat, summary, timeline, showMessage, ref } = props;
  const state = useReadable(timeline);
  const [readUpTo] = useState(() => (summary.unread > 0 ? summary.read.id : null));
  const direct = summary.type === "direct";
  const moving = useMoving();
  const shown = useRows(client, chat, state, { direct, readUpTo }, moving.scrolling);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const scroll = useScroll({ chat, timeline, state, shown, scroller, list });
  const jumps = useJumps({ timeline, rows: shown.rows, list, scroll });
  useImperativeHandle(ref, () => handleOf(jumps, shown), [jumps, shown]);
  const { toMessage } = jumps;
  useEffect(() => {
    if (showMessage !== null) toMessage(showMessage, null);
  }, [showMessage, toMessage]);
  const today = dayStart(client.now());
  const empty = shown.rows.every((row) => row.type === "start");
  return (
    <div className={styles.frame}>
      {scroll.day !== null && (
        <div
          className={styles.pinnedDay}
          data-shown={moving.lingering || undefined}
          aria-hidden="true"
        >
          <DayDivider day={scroll.day} now={today} />
        </div>
      )}
      {(state.loading || state.older === "loading") && <EdgeSpinner first={state.loading} />}
      <LoadError state={state} timeline={timeline} />
      {!state.loading && state.error === null && empty && (
        <p className={styles.empty}>No messages yet. Say hello!</p>
      )}
      <RowList
        {...{ client, shown, scroll, moving, scroller, list, jumps, direct, today }}
        readOnly={summary.role === null}
      />
      <ListButtons
        away={scroll.away}
        unread={summary.unread}
        canGoBack={jumps.canGoBack}
        onBack={jumps.back}
        onNewest={jumps.toNewest}
      />
      <Announcer rows={shown.rows} live={state.newer === "end"} />
    </div>
  );
}

function handleOf(jumps: Jumps, shown: RowsShown): TimelineHandle {
  return {
    jumpTo: jumps.toMessage,
    jumpToDate: jumps.toDate,
    toNewest: jumps.toNewest,
    rows: () => shown.rows,
  };
}

function EdgeSpinner({ first }: { readonly first: boolean }) {
  return (
    <div className={first ? styles.loading : styles.loadingOlder}>
      <Spinner label="Loading messages" size={first ? "large" : "small"} />
    </div>
  );
}

interface RowListProps {
  readonly client: Client;
  readonly shown: RowsShown;
  readonly scroll: Scroll;
  readonly moving: Moving;
  readonly scroller: React.RefObject<HTMLDivElement | null>;
  readonly list: React.RefObject<VirtualizerHandle | null>;
  readonly jumps: Jumps;
  readonly direct: boolean;
  readonly readOnly: boolean;
  readonly today: number;
}

function RowList(props: RowListProps) {
  const { client, shown, scroll, moving, scroller, list, jumps } = props;
  const actions = useChatActions();
  const openMenu = (row: Row | undefined, anchor: Anchor) => {
    if (row?.type === "message" && row.message.deleted === undefined) actions.openMenu(row, anchor);
  };
  const focus = useRowFocus(shown.rows, scroller, list, openMenu);
  const press = useLongPress((id, point) =>
    openMenu(
      shown.rows.find((row) => row.id === id),
      point,
    ),
  );
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="log"
      aria-live="off"
      aria-label="Messages"
      onKeyDown={focus.onKeyDown}
      {...press}
    >
      <div className={styles.filler} />
      <Virtualizer
        key={shown.epoch}
        ref={list}
        data={shown.rows}
        shift={shown.shift}
        bufferSize={BUFFER_PIXELS}
        keepMounted={focus.activeIndex < 0 ? [] : [focus.activeIndex]}
        onScroll={() => {
          moving.begin();
          scroll.onScroll();
        }}
        onScrollEnd={moving.end}
        onResize={scroll.onResize}
      >
        {(row) => (
          <TimelineRow
            key={row.id}
            row={row}
            self={client.user}
            direct={props.direct}
            readOnly={props.readOnly}
            today={props.today}
            highlighted={jumps.highlighted === row.id}
            active={focus.activeId === row.id}
          />
        )}
      </Virtualizer>
    </div>
  );
}
