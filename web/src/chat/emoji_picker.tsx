/** All emoji, with search. Loaded when it is first opened. */

import {
  type EmojiPickerListCategoryHeaderProps,
  type EmojiPickerListEmojiProps,
  type EmojiPickerListRowProps,
  EmojiPicker as Frimousse,
} from "frimousse";
import type { AriaAttributes } from "react";
import styles from "./emoji.module.css";

/** Where `emoji_data_plugin.ts` puts the data. */
const DATA_URL = `${import.meta.env.BASE_URL}emoji`;

export function EmojiPicker({ onPick }: { readonly onPick: (emoji: string) => void }) {
  return (
    <Frimousse.Root
      className={styles.picker}
      emojibaseUrl={DATA_URL}
      columns={8}
      onEmojiSelect={({ emoji }) => onPick(emoji)}
    >
      <Frimousse.Search className={styles.search} autoFocus aria-label="Search emoji" />
      <Frimousse.Viewport className={styles.viewport}>
        <Frimousse.Loading className={styles.note}>Loading…</Frimousse.Loading>
        <Frimousse.Empty className={styles.note}>No emoji found.</Frimousse.Empty>
        <Frimousse.List className={styles.list} components={{ CategoryHeader, Row, Emoji }} />
      </Frimousse.Viewport>
      <footer className={styles.footer}>
        <Frimousse.ActiveEmoji>
          {({ emoji }) => (
            <span className={styles.active}>{emoji === undefined ? "Emoji" : emoji.label}</span>
          )}
        </Frimousse.ActiveEmoji>
        <Frimousse.SkinToneSelector className={styles.skin} />
      </footer>
    </Frimousse.Root>
  );
}

function CategoryHeader({ category, ...props }: EmojiPickerListCategoryHeaderProps) {
  return (
    <div {...props} className={styles.category}>
      {category.label}
    </div>
  );
}

function Row(props: EmojiPickerListRowProps) {
  return <div {...countedFromOne(props)} className={styles.line} />;
}

function Emoji({ emoji, ...props }: EmojiPickerListEmojiProps) {
  return (
    <button {...countedFromOne(props)} className={styles.emoji}>
      {emoji.emoji}
    </button>
  );
}

/** The library counts rows and columns from 0, ARIA from 1. */
function countedFromOne<T extends AriaAttributes>(props: T): T {
  const counted = { ...props };
  for (const name of ["aria-rowindex", "aria-colindex"] as const) {
    const index = props[name];
    if (index !== undefined) counted[name] = index + 1;
  }
  return counted;
}
