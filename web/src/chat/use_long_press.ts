/**
 * Opens a message's menu by a right click or a long press, for all rows of a list at once. Where a
 * browser makes no context menu of a long press, the press is timed here.
 */

import { type MouseEvent, type TouchEvent, useRef } from "react";

const PRESS_MS = 500;
/** A finger that moves further scrolls. */
const MOVE_MAX = 10;

export type OpenAt = (entryId: string, point: { x: number; y: number }) => void;

export function useLongPress(open: OpenAt) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const start = useRef({ x: 0, y: 0 });
  const fired = useRef(false);
  const cancel = () => clearTimeout(timer.current);

  return {
    onContextMenu(event: MouseEvent) {
      cancel();
      const id = entryAt(event.target);
      if (id === null || keepsOwnMenu(event.target)) return;
      event.preventDefault();
      open(id, { x: event.clientX, y: event.clientY });
    },
    onTouchStart(event: TouchEvent) {
      cancel();
      const touch = event.touches[0];
      const id = entryAt(event.target);
      if (touch === undefined || id === null || event.touches.length > 1) return;
      start.current = { x: touch.clientX, y: touch.clientY };
      fired.current = false;
      timer.current = setTimeout(() => {
        fired.current = true;
        open(id, start.current);
      }, PRESS_MS);
    },
    onTouchMove(event: TouchEvent) {
      const touch = event.touches[0];
      if (touch === undefined) return cancel();
      const { x, y } = start.current;
      if (Math.hypot(touch.clientX - x, touch.clientY - y) > MOVE_MAX) cancel();
    },
    onTouchEnd(event: TouchEvent) {
      cancel();
      // Else the lifted finger clicks beside the menu and closes it again.
      if (fired.current) event.preventDefault();
      fired.current = false;
    },
    onTouchCancel: cancel,
  };
}

function entryAt(target: EventTarget): string | null {
  if (!(target instanceof Element)) return null;
  return target.closest("[data-entry]")?.getAttribute("data-entry") ?? null;
}

/** Links keep the browser's menu, and so does selected text: people copy by it. */
function keepsOwnMenu(target: EventTarget): boolean {
  const link = target instanceof Element && target.closest("a") !== null;
  return link || (window.getSelection()?.toString() ?? "") !== "";
}
