/**
 * The field to write in: grows with the text, keeps what was not sent, knows what it answers or edits.
 */

import { Check, SendHorizontal, Smile } from "lucide-react";
import {
  type FormEvent,
  type KeyboardEvent,
  type RefObject,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
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
  /** Whether it was taken; what was not stays in the field. */
  readonly onSend: (text: string) => boolean;
  readonly onTyping: () => void;
  readonly onCancel: () => void;
  readonly onEditLast: () => void;
}

export function Composer(props: ComposerProps) {
  const { chatId, mode, field } = props;
  const writing = useWriting(props);
  const [picker, setPicker] = useState<Element | null>(null);
  const insert = (emoji: string) => {
    setPicker(null);
    writing.change(insertAt(field.current, writing.text, emoji));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    writing.send();
  };
  return (
    <div className={styles.composer}>
      <ComposerBar mode={mode} onCancel={props.onCancel} />
      <form className={styles.line} onSubmit={submit}>
        <IconButton
          label="Emoji"
          tooltip={false}
          aria-expanded={picker !== null}
          onClick={(event) => setPicker(event.currentTarget)}
        >
          <Smile aria-hidden="true" />
        </IconButton>
        <Field {...props} writing={writing} />
        <SendButton editing={mode.type === "edit"} disabled={!writing.sendable} />
      </form>
      <Limit id={limitId(chatId)} text={writing.text} />
      <EmojiPopover
        anchor={picker}
        onPick={insert}
        onClose={() => setPicker(null)}
        finalFocus={field}
      />
    </div>
  );
}

const limitId = (chatId: string) => `limit-${chatId}`;

interface Writing {
  readonly text: string;
  readonly sendable: boolean;
  readonly change: (text: string) => void;
  readonly send: () => void;
}

/** The text, and what is done with it. */
function useWriting({ chatId, drafts, mode, field, onTyping, onSend }: ComposerProps): Writing {
  const [text, setText] = useText(chatId, drafts, mode);
  const sendable = !isBlank(text) && !isTooLong(text);
  return {
    text,
    sendable,
    change(value) {
      setText(value);
      if (value !== "" && mode.type !== "edit") onTyping();
    },
    send() {
      if (!sendable) return;
      const taken = onSend(text.trim());
      if (taken && mode.type !== "edit") setText("");
      field.current?.focus();
    },
  };
}

function Field(props: ComposerProps & { readonly writing: Writing }) {
  const { chatId, mode, field, touch, writing } = props;
  const { text } = writing;
  useGrowing(field, text);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const action = keyAction(pressOf(event), {
      empty: text === "",
      busy: mode.type !== "plain",
      editing: mode.type === "edit",
      touch,
    });
    if (action === null) return;
    event.preventDefault();
    if (action === "send") writing.send();
    else if (action === "cancel") props.onCancel();
    else props.onEditLast();
  };
  return (
    <textarea
      ref={field}
      className={styles.field}
      rows={1}
      value={text}
      dir="auto"
      placeholder="Message"
      aria-label="Message"
      aria-describedby={limitId(chatId)}
      aria-invalid={isTooLong(text) || undefined}
      enterKeyHint={touch ? "enter" : "send"}
      onChange={(event) => writing.change(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

function SendButton({ editing, disabled }: { editing: boolean; disabled: boolean }) {
  return (
    <IconButton
      label={editing ? "Save" : "Send"}
      type="submit"
      tone="accent"
      tooltip={false}
      disabled={disabled}
    >
      {editing ? <Check aria-hidden="true" /> : <SendHorizontal aria-hidden="true" />}
    </IconButton>
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
