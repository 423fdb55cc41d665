/** A chat's timeline as rows: opened with the view, closed with it, changed in steps (`row_steps.ts`). */

import type { Chat, Client, EventId, Timeline, TimelineState } from "@connect-chat/sdk";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useReadable } from "../readable.js";
import { rowSteps } from "./row_steps.js";
import { buildRows, type Row } from "./rows.js";

export function useTimeline(chat: Chat): Timeline | null {
  const [timeline, setTimeline] = useState<Timeline | null>(null);
  useEffect(() => {
    const opened = chat.openTimeline();
    setTimeline(opened);
    return () => opened.close();
  }, [chat]);
  return timeline;
}

export interface RowsShown {
  readonly rows: readonly Row[];
  /** For the list: rows came or went at the start. */
  readonly shift: boolean;
  /** Rises when the list starts afresh. */
  readonly epoch: number;
}

export function useRows(
  client: Client,
  chat: Chat,
  state: TimelineState,
  about: { readonly direct: boolean; readonly readUpTo: EventId | null },
): RowsShown {
  const receipts = useReadable(chat.receipts);
  const before = useRef<readonly Row[]>([]);
  const target = buildRows(state, { self: client.user, receipts, ...about }, before.current);
  before.current = target;
  return useSteps(target);
}

/** Goes to the rows step by step, all before the browser paints. */
function useSteps(target: readonly Row[]): RowsShown {
  const [shown, setShown] = useState<RowsShown>({ rows: target, shift: false, epoch: 0 });
  useLayoutEffect(() => {
    if (shown.rows === target) return;
    const step = rowSteps(shown.rows, target)?.[0];
    setShown(
      step === undefined
        ? { rows: target, shift: false, epoch: shown.epoch + 1 }
        : { ...step, epoch: shown.epoch },
    );
  }, [shown, target]);
  return shown;
}
