/** What a key does in the composer. Pure. */

export type KeyAction = "send" | "edit_last" | "cancel";

export interface KeyPress {
  readonly key: string;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly ctrl: boolean;
  readonly meta: boolean;
  /** The key belongs to an input method that is composing a word. */
  readonly composing: boolean;
}

export interface ComposerSituation {
  readonly empty: boolean;
  /** Replying or editing: Escape leaves it. */
  readonly busy: boolean;
  readonly editing: boolean;
  /** On a touch keyboard there is no Shift+Enter: Enter breaks, the button sends. */
  readonly touch: boolean;
}

/** Null: the key is the textarea's own. */
export function keyAction(press: KeyPress, at: ComposerSituation): KeyAction | null {
  if (press.composing) return null;
  const plain = !(press.shift || press.alt || press.ctrl || press.meta);
  if (press.key === "Enter") {
    const forced = (press.ctrl || press.meta) && !press.shift && !press.alt;
    return forced || (plain && !at.touch) ? "send" : null;
  }
  if (!plain) return null;
  if (press.key === "Escape") return at.busy ? "cancel" : null;
  if (press.key === "ArrowUp") return at.empty && !at.editing ? "edit_last" : null;
  return null;
}
