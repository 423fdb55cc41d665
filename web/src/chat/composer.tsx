/**
 * The field to write in: grows with the text, keeps what was not sent, knows what it answers or edits.
 */

import { Check, SendHorizontal, Smile } from "lucide-react";
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { IconButton } from "../design/button.js";
import { isTooLong, limitMessage } from "./bytes.js";
import styles from "./composer.module.css";
import { ComposerBar } from "./composer_bar.js";
import { keyAction } from "./composer_keys.js";
import { contentOf } from "./content.js";
import type { Drafts } from "./drafts.js";
import { EmojiPopover } from "./emoji_popover.js";
import type { MessageRow } from "./rows.js";
import { isBlank } from "./text_parts.js";

export type ComposerMode =
  | { readonly type: "plain" }
  | { readonly type: "reply"; readonly row: MessageRow }
  | { readonly type: "edit"; readonly row: MessageRow };

export interface ComposerProps {
  readonly chatId: string;
  readonly drafts: Drafts;
  readonly mode: ComposerMode;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly touch: boolean;
  readonly onSend: (text: string) => void;
  readonly onTyping: () => void;
  readonly onCancel: () => void;
  readonly onEditLast: () => void;
}

export function Composer(props: ComposerProps) {
  const { chatId, drafts, mode, field, touch } = props;
  const [text, setText] = useText(chatId, drafts, mode);
  const [picker, setPicker] = useState<Element | null>(null);
  useGrowing(field, text);
  const sendable = !isBlank(text) && !isTooLong(text);

  const change = (value: string) => {
    setText(value);
    if (value !== "" && mode.type !== "edit") props.onTyping();
  };
  const send = () => {
    if (!sendable) return;
    props.onSend(text.trim());
    if (mode.type !== "edit") setText("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const action = keyAction(pressOf(event), {
      empty: text === "",
      busy: mode.type !== "plain",
      editing: mode.type === "edit",
      touch,
    });
    if (action === null) return;
    event.preventDefault();
    if (action === "send") send();
    else if (action === "cancel") props.onCancel();
    else props.onEditLast();
  };
  const insert = (emoji: string) => {
    setPicker(null);
    change(insertAt(field.current, text, emoji));
  };
  return (
    <div className={styles.composer}>
      <ComposerBar mode={mode} onCancel={props.onCancel} />
      <form
        className={styles.line}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <IconButton
          label="Emoji"
          tooltip={false}
          className={styles.emoji ?? ""}
          aria-expanded={picker !== null}
          onClick={(event) => setPicker(event.currentTarget)}
        >
          <Smile aria-hidden="true" />
        </IconButton>
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          value={text}
          dir="auto"
          placeholder="Message"
          aria-label="Message"
          aria-describedby={`limit-${chatId}`}
          aria-invalid={isTooLong(text) || undefined}
          enterKeyHint={touch ? "enter" : "send"}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <IconButton
          label={mode.type === "edit" ? "Save" : "Send"}
          type="submit"
          tone="accent"
          tooltip={false}
          disabled={!sendable}
        >
          {mode.type === "edit" ? (
            <Check aria-hidden="true" />
          ) : (
            <SendHorizontal aria-hidden="true" />
          )}
        </IconButton>
      </form>
      <Limit id={`limit-${chatId}`} text={text} />
      <EmojiPopover
        anchor={picker}
        onPick={insert}
        onClose={() => setPicker(null)}
        finalFocus={field}
      />
    </div>
  );
}

function Limit({ id, text }: { readonly id: string; readonly text: string }) {
  const message = limitMessage(text);
  return (
    <p
      id={id}
      className={isTooLong(text) ? styles.tooLong : styles.limit}
      role="status"
      hidden={message === null}
    >
      {message}
    </p>
  );
}

/**
 * The text of the field. While a message is edited it is that message's, and what was being written
 * waits as the draft.
 */
function useText(chatId: string, drafts: Drafts, mode: ComposerMode) {
  const [draft, setDraft] = useState(() => drafts.get(chatId));
  const edited = mode.type === "edit" ? mode.row : null;
  const [edit, setEdit] = useState<{ id: string; text: string } | null>(null);
  if (edited === null) {
    if (edit !== null) setEdit(null);
  } else if (edit?.id !== edited.id)
    setEdit({ id: edited.id, text: contentOf(edited.message.body).text });
  const set = (text: string) => {
    if (edited !== null) return setEdit({ id: edited.id, text });
    setDraft(text);
    drafts.set(chatId, text);
  };
  return [edited === null ? draft : (edit?.text ?? ""), set] as const;
}

/** As high as its text, as far as the style sheet allows. */
function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  const before = useRef("");
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    if (text.length < before.current.length) element.style.height = "auto";
    before.current = text;
    element.style.height = `${element.scrollHeight}px`;
  }, [field, text]);
}

function pressOf(event: KeyboardEvent) {
  return {
    key: event.key,
    shift: event.shiftKey,
    alt: event.altKey,
    ctrl: event.ctrlKey,
    meta: event.metaKey,
    composing: event.nativeEvent.isComposing,
  };
}

function insertAt(field: HTMLTextAreaElement | null, text: string, emoji: string): string {
  const start = field?.selectionStart ?? text.length;
  const end = field?.selectionEnd ?? text.length;
  return text.slice(0, start) + emoji + text.slice(end);
}
