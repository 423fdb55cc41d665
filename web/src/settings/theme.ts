/** Light, dark, or as the system has it: kept on this device, and set on the page's root. */

import type { Readable } from "@connect-chat/sdk";

export type Theme = "system" | "light" | "dark";

const KEY = "connect.theme";

export class ThemeSetting implements Readable<Theme> {
  private theme: Theme;
  private readonly listeners = new Set<() => void>();
  private readonly root: HTMLElement;
  private readonly storage: Pick<globalThis.Storage, "getItem" | "setItem"> | null;

  constructor(root: HTMLElement, storage: Pick<globalThis.Storage, "getItem" | "setItem"> | null) {
    this.root = root;
    this.storage = storage;
    const kept = storage?.getItem(KEY);
    this.theme = kept === "light" || kept === "dark" ? kept : "system";
    this.apply();
  }

  get(): Theme {
    return this.theme;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(theme: Theme): void {
    this.theme = theme;
    this.apply();
    keep(this.storage, theme);
    for (const listener of [...this.listeners]) listener();
  }

  private apply(): void {
    if (this.theme === "system") this.root.removeAttribute("data-theme");
    else this.root.setAttribute("data-theme", this.theme);
  }
}

function keep(storage: Pick<globalThis.Storage, "setItem"> | null, theme: Theme): void {
  try {
    storage?.setItem(KEY, theme);
  } catch {
    // The storage is full: the setting lasts as long as the page.
  }
}

/** The browser's storage, or null where it is forbidden. */
export function localStorageIfAny(): globalThis.Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
