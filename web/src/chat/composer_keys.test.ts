import { expect, it } from "vitest";
import { type ComposerSituation, type KeyPress, keyAction } from "./composer_keys.js";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  shift: false,
  alt: false,
  ctrl: false,
  meta: false,
  composing: false,
  ...more,
});
const at = (more: Partial<ComposerSituation> = {}): ComposerSituation => ({
  empty: false,
  busy: false,
  editing: false,
  touch: false,
  ...more,
});

it("sends by Enter and breaks the line by Shift and Enter", () => {
  expect(keyAction(press("Enter"), at())).toBe("send");
  expect(keyAction(press("Enter", { shift: true }), at())).toBeNull();
});

it("breaks the line by Enter on touch screens, and sends by Ctrl or Cmd and Enter everywhere", () => {
  expect(keyAction(press("Enter"), at({ touch: true }))).toBeNull();
  expect(keyAction(press("Enter", { ctrl: true }), at({ touch: true }))).toBe("send");
  expect(keyAction(press("Enter", { meta: true }), at())).toBe("send");
});

it("leaves the keys of an input method alone", () => {
  expect(keyAction(press("Enter", { composing: true }), at())).toBeNull();
});

it("edits the last message by ArrowUp only in an empty field", () => {
  expect(keyAction(press("ArrowUp"), at({ empty: true }))).toBe("edit_last");
  expect(keyAction(press("ArrowUp"), at())).toBeNull();
  expect(keyAction(press("ArrowUp"), at({ empty: true, editing: true, busy: true }))).toBeNull();
});

it("leaves a reply or an edit by Escape", () => {
  expect(keyAction(press("Escape"), at({ busy: true }))).toBe("cancel");
  expect(keyAction(press("Escape"), at())).toBeNull();
});
