/**
 * Keeps the view of a timeline where it belongs: at the newest message while it is there, at what was
 * jumped to, and otherwise where it is. Loads what is about to come into view and marks what was seen.
 */

import type { Chat, Timeline, TimelineState } from "@connect-chat/sdk";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { VirtualizerHandle } from "virtua";
import { ReadMarks } from "./read_marks.js";
import { type Geometry, scrollPlace } from "./scroll_place.js";
import type { RowsShown } from "./use_timeline.js";

export interface ScrollParts {
  readonly chat: Chat;
  readonly timeline: Timeline;
  readonly state: TimelineState;
  readonly shown: RowsShown;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly list: RefObject<VirtualizerHandle | null>;
}

export interface Scroll {
  /** The day on top; null where a divider says it. */
  readonly day: number | null;
  /** Away from the newest message. */
  readonly away: boolean;
  /** To be called after each scroll and each change of size. */
  readonly onScroll: () => void;
  readonly onResize: () => void;
  readonly stickToBottom: () => void;
  /** While it is held, the list neither sticks nor loads: a jump is on its way. True: it stuck. */
  readonly hold: () => boolean;
  readonly release: () => void;
}

export function useScroll(parts: ScrollParts): Scroll {
  const latest = useRef(parts);
  latest.current = parts;
  const stick = useRef(true);
  const held = useRef(false);
  const marks = useReadMarks(parts.chat);
  const [view, setView] = useState<{ day: number | null; away: boolean }>(atNewest);

  const look = useCallback(() => {
    const { state, shown, timeline, scroller, list } = latest.current;
    const at = geometryOf(scroller.current, list.current);
    if (at === null || held.current) return;
    // What is not shown yet is looked at once it is.
    if (!shown.complete || timeline.get() !== state) return;
    const place = scrollPlace(shown.rows, at, state);
    stick.current = place.atBottom;
    // After a failure the user says when to try again: by itself it would go on without an end.
    if (state.error === null && place.wantsOlder) void timeline.loadOlder();
    else if (state.error === null && place.wantsNewer) void timeline.loadNewer();
    marks.current.see(place.seen, watching());
    setView((old) =>
      old.day === place.day && old.away === place.away ? old : { day: place.day, away: place.away },
    );
  }, [marks]);

  const settle = useCallback(() => {
    const { scroller, state } = latest.current;
    if (stick.current && !held.current && state.newer === "end") toBottom(scroller.current);
    look();
  }, [look]);

  useStart(parts, stick, held, look);
  useShiftSeen(parts);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of what is shown
  useLayoutEffect(settle, [parts.shown, parts.state, settle]);
  useAttention(look);
  return {
    ...view,
    onScroll: look,
    onResize: settle,
    stickToBottom: useCallback(() => {
      stick.current = true;
      settle();
    }, [settle]),
    hold: useCallback(() => {
      const stuck = stick.current;
      held.current = true;
      stick.current = false;
      return stuck;
    }, []),
    release: useCallback(() => {
      held.current = false;
    }, []),
  };
}

const atNewest = { day: null, away: false };

function toBottom(scroller: HTMLElement | null): void {
  if (scroller !== null) scroller.scrollTop = scroller.scrollHeight;
}

/** Null until the list is measured. */
function geometryOf(scroller: HTMLElement | null, list: VirtualizerHandle | null): Geometry | null {
  if (scroller === null || list === null || scroller.clientHeight === 0) return null;
  return {
    top: scroller.scrollTop,
    height: scroller.clientHeight,
    total: scroller.scrollHeight,
    findIndex: list.findItemIndex,
    offsetOf: list.getItemOffset,
    sizeOf: list.getItemSize,
  };
}

function watching() {
  return { visible: document.visibilityState === "visible", focused: document.hasFocus() };
}

function useReadMarks(chat: Chat): RefObject<ReadMarks> {
  const marks = useRef<ReadMarks | null>(null);
  marks.current ??= new ReadMarks(chat.summary.get()?.read.id ?? 0, (id) => chat.markRead(id));
  // The line above has put it there.
  return marks as RefObject<ReadMarks>;
}

/** A list that starts afresh begins at the newest, or at the line above what is new. */
function useStart(
  parts: ScrollParts,
  stick: RefObject<boolean>,
  held: RefObject<boolean>,
  look: () => void,
): void {
  const { shown, list } = parts;
  const started = useRef(-1);
  useLayoutEffect(() => {
    if (held.current || started.current === shown.epoch || shown.rows.length === 0) return;
    const first = started.current < 0;
    started.current = shown.epoch;
    const line = first ? shown.rows.findIndex((row) => row.unreadLine) : -1;
    stick.current = line < 0;
    if (line < 0) return;
    // What is new may all fit below: then this leads to the bottom, and sticks there.
    list.current?.scrollToIndex(line, { align: "start", offset: -START_OFFSET });
    look();
  });
}

/**
 * The list moves the scroll position when rows come or go at the start, and shows the rows there once
 * it hears of the scroll. The browser tells it in the next frame; told at once, no frame is blank.
 */
function useShiftSeen({ shown, scroller }: ScrollParts): void {
  useLayoutEffect(() => {
    if (shown.shift) queueMicrotask(() => scroller.current?.dispatchEvent(new Event("scroll")));
  }, [shown, scroller]);
}

/** Something of what was read stays in view above the line. */
const START_OFFSET = 72;

/** What came while nobody looked counts as seen once somebody does. */
function useAttention(look: () => void): void {
  useEffect(() => {
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [look]);
}
