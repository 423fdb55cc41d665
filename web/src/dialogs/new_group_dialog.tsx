/** Starts a group: its name, who is in it, and what those who come later may read. */

import type { Client, Visibility } from "@connect-chat/sdk";
import { type FormEvent, useId, useState } from "react";
import { MEMBERS_CHOSEN_MAX, titleProblem } from "../bounds.js";
import { Button } from "../design/button.js";
import { Dialog } from "../design/dialog.js";
import { TextField } from "../design/text_field.js";
import { Choice, ChoiceGroup } from "./choice.js";
import styles from "./forms.module.css";
import { PeopleField } from "./people_field.js";
import { type Attempt, useAttempt } from "./use_attempt.js";

export interface NewGroupDialogProps {
  readonly client: Client;
  readonly shown: boolean;
  readonly onClose: () => void;
  readonly onOpen: (chat: string) => void;
}

export function NewGroupDialog({ client, shown, onClose, onOpen }: NewGroupDialogProps) {
  const form = useId();
  const attempt = useAttempt();
  return (
    <Dialog
      open={shown}
      onClose={onClose}
      title="New group"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={attempt.busy}>
            Create group
          </Button>
        </>
      }
    >
      <GroupForm id={form} client={client} attempt={attempt} onOpen={onOpen} />
    </Dialog>
  );
}

interface GroupFormProps {
  readonly id: string;
  readonly client: Client;
  readonly attempt: Attempt;
  readonly onOpen: (chat: string) => void;
}

function GroupForm({ id, client, attempt, onOpen }: GroupFormProps) {
  const [title, setTitle] = useState("");
  const [titleError, setTitleError] = useState<string | null>(null);
  const [members, setMembers] = useState<readonly string[]>([]);
  const [membersError, setMembersError] = useState<string | null>(null);
  const [visibility, setVisibility] = useState<Visibility>("joined");
  const [joinable, setJoinable] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const problem = titleProblem(title.trim());
    setTitleError(problem);
    if (problem !== null || membersError !== null) return;
    const group = { title: title.trim(), members, visibility, joinable };
    await attempt.run(async () => onOpen(await client.createGroup(group)));
  }

  return (
    <form id={id} className={styles.form} onSubmit={submit} noValidate>
      <TextField label="Group name" value={title} onChange={setTitle} error={titleError} />
      <PeopleField
        label="Members"
        hint="Names, with Enter or a comma behind each. You can add more later."
        people={members}
        onChange={setMembers}
        error={membersError}
        onError={setMembersError}
        taken={[client.user]}
        max={MEMBERS_CHOSEN_MAX}
      />
      <VisibilityChoice value={visibility} onChange={setVisibility} />
      <JoinableChoice value={joinable} onChange={setJoinable} />
      {attempt.error !== null && (
        <p className={styles.error} role="alert">
          {attempt.error}
        </p>
      )}
    </form>
  );
}

interface ChoiceOf<T> {
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}

export function VisibilityChoice({ value, onChange, disabled = false }: ChoiceOf<Visibility>) {
  const name = useId();
  return (
    <ChoiceGroup legend="New members can read">
      <Choice
        type="radio"
        name={name}
        label="What is said after they join"
        checked={value === "joined"}
        disabled={disabled}
        onChange={() => onChange("joined")}
      />
      <Choice
        type="radio"
        name={name}
        label="Everything from the beginning"
        checked={value === "full"}
        disabled={disabled}
        onChange={() => onChange("full")}
      />
    </ChoiceGroup>
  );
}

export function JoinableChoice({ value, onChange, disabled = false }: ChoiceOf<boolean>) {
  return (
    <Choice
      type="checkbox"
      name="joinable"
      label="Anybody with the link can join"
      hint="Otherwise members are added by owners and admins."
      checked={value}
      disabled={disabled}
      onChange={onChange}
    />
  );
}
