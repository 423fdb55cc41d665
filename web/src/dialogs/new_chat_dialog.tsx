/** Starts a chat with one person by their name, or joins a group by its id or link. */

import type { Client } from "@connect-chat/sdk";
import { type FormEvent, useId, useRef, useState } from "react";
import { chatIdIn, userProblem } from "../bounds.js";
import { Button } from "../design/button.js";
import { Dialog } from "../design/dialog.js";
import { TextField } from "../design/text_field.js";
import { JOIN_ERRORS } from "../errors.js";
import styles from "./forms.module.css";
import { useAttempt } from "./use_attempt.js";
import { useFirstField } from "./use_first_field.js";

export interface NewChatDialogProps {
  readonly client: Client;
  readonly shown: boolean;
  readonly onClose: () => void;
  readonly onOpen: (chat: string) => void;
}

export function NewChatDialog(props: NewChatDialogProps) {
  const [joining, setJoining] = useState(false);
  const forms = useRef<HTMLDivElement>(null);
  useFirstField(forms, joining);
  function close() {
    setJoining(false);
    props.onClose();
  }
  const Form = joining ? JoinForm : DirectForm;
  return (
    <Dialog open={props.shown} onClose={close} title={joining ? "Join a group" : "New chat"}>
      <div ref={forms}>
        <Form {...props} />
      </div>
      <Button variant="quiet" wide onClick={() => setJoining(!joining)}>
        {joining ? "Write to one person instead" : "Join a group by its link or id"}
      </Button>
    </Dialog>
  );
}

function DirectForm({ client, onOpen }: NewChatDialogProps) {
  const [name, setName] = useState("");
  const attempt = useAttempt();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const user = name.trim();
    const problem = user === client.user ? "That is you. Enter another name." : userProblem(user);
    if (problem !== null) return attempt.setError(problem);
    await attempt.run(async () => onOpen(await client.createDirect(user)));
  }

  return (
    <OneFieldForm
      label="Name"
      hint="Anybody can be written to by their name, also before they have ever signed in."
      button="Start chat"
      value={name}
      onChange={setName}
      attempt={attempt}
      onSubmit={submit}
    />
  );
}

function JoinForm({ client, onOpen }: NewChatDialogProps) {
  const [text, setText] = useState("");
  const attempt = useAttempt();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const chat = chatIdIn(text);
    if (chat === null) return attempt.setError("Enter the link or the id that you were given.");
    if (client.chat(chat).summary.get()?.role != null) return onOpen(chat);
    const joined = await attempt.run(() => client.join(chat), JOIN_ERRORS);
    if (joined) onOpen(chat);
  }

  return (
    <OneFieldForm
      label="Link or id of the group"
      hint="A member can copy it from the group's info, if the group may be joined that way."
      button="Join"
      value={text}
      onChange={setText}
      attempt={attempt}
      onSubmit={submit}
    />
  );
}

interface OneFieldFormProps {
  readonly label: string;
  readonly hint: string;
  readonly button: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly attempt: ReturnType<typeof useAttempt>;
  readonly onSubmit: (event: FormEvent) => void;
}

function OneFieldForm(props: OneFieldFormProps) {
  const id = useId();
  return (
    <form id={id} className={styles.form} onSubmit={props.onSubmit} noValidate>
      <TextField
        label={props.label}
        hint={props.hint}
        value={props.value}
        onChange={props.onChange}
        error={props.attempt.error}
        autoCapitalize="none"
        spellCheck={false}
      />
      <Button type="submit" variant="primary" wide busy={props.attempt.busy}>
        {props.button}
      </Button>
    </form>
  );
}
