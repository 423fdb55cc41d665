/** The field that filters the list. `/` or Ctrl+K leads to it from anywhere, Escape empties it. */

import { Search, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import styles from "./search_field.module.css";

export interface SearchFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onEnter: () => void;
  /** Arrow down: on to the list. */
  readonly onDown: () => void;
}

export function SearchField({ value, onChange, onEnter, onDown }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  useSearchKey(() => {
    field.current?.focus();
    field.current?.select();
  });

  function clear() {
    onChange("");
    field.current?.focus();
  }

  function press(event: KeyboardEvent) {
    // Enter that ends the input of a word (in Chinese, say) does not open anything.
    if (event.nativeEvent.isComposing) return;
    const action = { Enter: onEnter, ArrowDown: onDown, Escape: clear }[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers before 2023 do not know <search>.
    <div role="search" className={styles.search}>
      <Search className={styles.icon} aria-hidden="true" />
      <input
        ref={field}
        className={styles.input}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        aria-label="Search chats"
        aria-keyshortcuts="/ Control+K"
        placeholder="Search chats"
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={press}
      />
      {value !== "" && (
        <button type="button" className={styles.clear} aria-label="Clear search" onClick={clear}>
          <X aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

/** Calls back on `/` (unless something is being typed) and on Ctrl+K or Command+K. */
function useSearchKey(found: () => void): void {
  const latest = useRef(found);
  useEffect(() => {
    latest.current = found;
  });
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      if (!isSearchKey(event) || document.querySelector("[role='dialog']") !== null) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

function isSearchKey(event: globalThis.KeyboardEvent): boolean {
  if (event.key.toLowerCase() === "k") return event.ctrlKey !== event.metaKey && !event.altKey;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return false;
  const at = event.target;
  return !(at instanceof HTMLElement && at.matches("input, textarea, [contenteditable]"));
}
