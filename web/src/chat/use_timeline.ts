/** A chat's timeline as rows: opened with the view, closed with it, changed in steps (`row_steps.ts`). */

import type { Chat, Client, EventId, Timeline, TimelineState } from "@connect-chat/sdk";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
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
  /** These are all the rows of the timeline's state: no further step is to come. */
  readonly complete: boolean;
}

export function useRows(
  client: Client,
  chat: Chat,
  state: TimelineState,
  about: { readonly direct: boolean; readonly readUpTo: EventId | null },
  scrolling: boolean,
): RowsShown {
  const receipts = useReadable(chat.receipts);
  const before = useRef<readonly Row[]>([]);
  const target = buildRows(state, { self: client.user, receipts, ...about }, before.current);
  before.current = target;
  return useSteps(target, scrolling);
}

/**
 * While the list is scrolled, up to as many rows that went at its start stay: after a change there the
 * list keeps its distance from the end until the scroll ends, and would move with each row measured
 * below. 2,000 rows of 60 pixels are 12 seconds of fast scrolling without a pause of 150 ms, and of
 * 1 KB each 2 MB; the list draws none of them.
 */
const HEAD_ROWS_MAX = 2_000;

interface Step {
  readonly rows: readonly Row[];
  readonly shift: boolean;
  readonly epoch: number;
  /** The rows that this step was the last one to. */
  readonly covers: readonly Row[] | null;
}

/** Goes to the rows step by step, all before the browser paints. */
function useSteps(target: readonly Row[], scrolling: boolean): RowsShown {
  const [step, setStep] = useState<Step>({ rows: target, shift: false, epoch: 0, covers: target });
  useLayoutEffect(() => {
    if (step.rows === target || (step.covers === target && scrolling)) return;
    setStep(nextStep(step, target, scrolling ? HEAD_ROWS_MAX : 0));
  }, [step, target, scrolling]);
  const complete = step.covers === target;
  const { rows, shift, epoch } = step;
  return useMemo(() => ({ rows, shift, epoch, complete }), [rows, shift, epoch, complete]);
}

function nextStep(step: Step, target: readonly Row[], headMax: number): Step {
  const steps = rowSteps(step.rows, target, headMax);
  const next = steps?.[0];
  if (steps === null || next === undefined)
    return { rows: target, shift: false, epoch: step.epoch + 1, covers: target };
  return { ...next, epoch: step.epoch, covers: steps.length === 1 ? target : null };
}
