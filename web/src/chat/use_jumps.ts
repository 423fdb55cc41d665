/** Jumps in a timeline: to a message, to a day, to the newest, and back to where one was. */

import type { EventId, Timeline } from "@connect-chat/sdk";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { VirtualizerHandle } from "virtua";
import type { Row } from "./rows.js";
import type { Scroll } from "./use_scroll.js";

/** How far back one can go: nobody remembers more. */
const WAY_BACK_MAX = 20;

/** How long what was jumped to stays marked. */
const HIGHLIGHT_MS = 2_000;

/** Frames that a list of rows has to appear after a jump, before the jump is given up: about a second. */
const FRAMES_MAX = 60;

export interface Jumps {
  readonly highlighted: string | null;
  readonly canGoBack: boolean;
  readonly toMessage: (id: EventId, from: EventId | null) => void;
  readonly toDate: (ms: number) => void;
  readonly toNewest: () => void;
  readonly back: () => void;
}

export interface JumpParts {
  readonly timeline: Timeline;
  readonly rows: readonly Row[];
  readonly list: RefObject<VirtualizerHandle | null>;
  readonly scroll: Scroll;
}

export function useJumps(parts: JumpParts): Jumps {
  const latest = useRef(parts);
  latest.current = parts;
  const [way, setWay] = useState<readonly EventId[]>([]);
  const { highlighted, highlight } = useHighlight();

  const show = useCallback(
    async (align: "center" | "start", find: () => Promise<string | null>) => {
      const { scroll } = latest.current;
      const stuck = scroll.hold();
      const entryId = await find();
      const there = entryId !== null && (await scrollTo(latest, entryId, align));
      scroll.release();
      if (there) highlight(entryId);
      if (there || !stuck) scroll.onScroll();
      else scroll.stickToBottom();
    },
    [highlight],
  );
  const toShown = useCallback(
    (id: EventId) => show("center", () => findMessage(latest.current, id)),
    [show],
  );
  const toNewest = useCallback(() => {
    const { timeline, scroll } = latest.current;
    setWay([]);
    const there = () => {
      scroll.release();
      scroll.stickToBottom();
    };
    if (timeline.get().newer === "end") there();
    else void timeline.showNewest().then(there);
  }, []);
  return {
    highlighted,
    canGoBack: way.length > 0,
    toMessage: useCallback(
      (id, from) => {
        if (from !== null) setWay((old) => [...old, from].slice(-WAY_BACK_MAX));
        void toShown(id);
      },
      [toShown],
    ),
    toDate: useCallback(
      (ms) => void show("start", () => latest.current.timeline.showAt(ms)),
      [show],
    ),
    toNewest,
    back: () => {
      const last = way[way.length - 1];
      setWay(way.slice(0, -1));
      if (last !== undefined) void toShown(last);
    },
  };
}

/** What is in the timeline already is scrolled to; else the timeline goes there. */
async function findMessage({ rows, timeline }: JumpParts, id: EventId): Promise<string | null> {
  const row = rows.find((one) => one.type === "message" && one.message.id === id);
  return row?.id ?? (await timeline.showAround(id));
}

/** Waits until the row is in the list, then brings it into view. */
async function scrollTo(
  latest: RefObject<JumpParts>,
  entryId: string,
  align: "center" | "start",
): Promise<boolean> {
  for (let frame = 0; frame < FRAMES_MAX; frame++) {
    const { rows, list } = latest.current;
    const index = rows.findIndex((row) => row.id === entryId);
    if (index >= 0 && list.current !== null && list.current.viewportSize > 0) {
      list.current.scrollToIndex(index, { align });
      await nextFrame();
      return true;
    }
    await nextFrame();
  }
  return false;
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

function useHighlight() {
  const [highlighted, setHighlighted] = useState<string | null>(null);
  useEffect(() => {
    if (highlighted === null) return;
    const timer = setTimeout(() => setHighlighted(null), HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [highlighted]);
  return { highlighted, highlight: setHighlighted };
}
