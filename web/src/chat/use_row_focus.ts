/**
 * The keyboard in the list of messages: one row is reached by Tab, the arrow keys move on from it,
 * and Enter or the menu key opens its menu.
 */

import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { VirtualizerHandle } from "virtua";
import type { Row } from "./rows.js";

export interface RowFocus {
  readonly activeId: string | null;
  /** Its index, which the list keeps mounted; -1 when there is none. */
  readonly activeIndex: number;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

export function useRowFocus(
  rows: readonly Row[],
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
  openMenu: (row: Row, element: Element) => void,
): RowFocus {
  const [chosen, setChosen] = useState<string | null>(null);
  const wanted = useRef<string | null>(null);
  const found = rows.findIndex((row) => row.id === chosen);
  const activeIndex = found >= 0 ? found : rows.length - 1;

  useEffect(() => {
    if (wanted.current === null) return;
    const element = rowElement(scroller.current, wanted.current);
    if (element === null) return;
    wanted.current = null;
    element.focus({ preventScroll: true });
    list.current?.scrollToIndex(activeIndex, { align: "nearest" });
  });

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const target = event.target instanceof HTMLElement ? event.target : null;
    // Keys inside a row's buttons and links are theirs.
    const from = rows.findIndex((row) => row.id === target?.dataset.entry);
    if (target === null || from < 0) return;
    const to = nextIndex(event.key, from, rows.length);
    const row = rows[to ?? from];
    if (row === undefined) return;
    if (to !== null) {
      wanted.current = row.id;
      setChosen(row.id);
    } else if (opensMenu(event)) openMenu(row, target);
    else return;
    event.preventDefault();
  }
  return { activeId: rows[activeIndex]?.id ?? null, activeIndex, onKeyDown };
}

function opensMenu(event: KeyboardEvent): boolean {
  return (
    event.key === "Enter" || event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)
  );
}

/** Null: the key does not move. */
function nextIndex(key: string, from: number, count: number): number | null {
  if (key === "End") return count - 1;
  if (key === "ArrowUp") return Math.max(0, from - 1);
  return key === "ArrowDown" ? Math.min(count - 1, from + 1) : null;
}

function rowElement(scroller: HTMLElement | null, id: string): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-entry="${CSS.escape(id)}"]`) ?? null;
}
