/** A group's name, description and rules: a form for owners and admins, nothing for others. */

import type { Chat, ChatInfo } from "@connect-chat/sdk";
import { type FormEvent, useState } from "react";
import { titleProblem, topicProblem } from "../bounds.js";
import { Button } from "../design/button.js";
import { TextField } from "../design/text_field.js";
import styles from "./forms.module.css";
import { JoinableChoice, VisibilityChoice } from "./new_group_dialog.js";
import { mayManage } from "./permissions.js";
import { useAttempt } from "./use_attempt.js";

export interface GroupSettingsProps {
  readonly chat: Chat;
  readonly info: ChatInfo;
  readonly onChanged: () => Promise<void>;
}

export function GroupSettings(props: GroupSettingsProps) {
  const [editing, setEditing] = useState(false);
  if (!mayManage(props.info.role)) return null;
  if (!editing) return <Button onClick={() => setEditing(true)}>Edit group</Button>;
  return <SettingsForm {...props} onDone={() => setEditing(false)} />;
}

function SettingsForm(props: GroupSettingsProps & { readonly onDone: () => void }) {
  const { chat, info, onChanged, onDone } = props;
  const [draft, setDraft] = useState(info);
  const [titleError, setTitleError] = useState<string | null>(null);
  const [topicError, setTopicError] = useState<string | null>(null);
  const attempt = useAttempt();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const problems = [titleProblem(draft.title.trim()), topicProblem(draft.topic.trim())] as const;
    setTitleError(problems[0]);
    setTopicError(problems[1]);
    if (problems.some((problem) => problem !== null)) return;
    const changes = changesOf(info, draft);
    if (Object.keys(changes).length > 0)
      if (!(await attempt.run(() => chat.update(changes).then(onChanged)))) return;
    onDone();
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate aria-label="Edit group">
      <TextField
        label="Group name"
        value={draft.title}
        onChange={(title) => setDraft({ ...draft, title })}
        error={titleError}
      />
      <TextField
        label="Description"
        value={draft.topic}
        onChange={(topic) => setDraft({ ...draft, topic })}
        error={topicError}
      />
      <VisibilityChoice
        value={draft.visibility}
        onChange={(visibility) => setDraft({ ...draft, visibility })}
      />
      <JoinableChoice
        value={draft.joinable}
        onChange={(joinable) => setDraft({ ...draft, joinable })}
      />
      {attempt.error !== null && (
        <p className={styles.error} role="alert">
          {attempt.error}
        </p>
      )}
      <Button type="submit" variant="primary" wide busy={attempt.busy}>
        Save
      </Button>
      <Button variant="quiet" wide onClick={onDone}>
        Cancel
      </Button>
    </form>
  );
}

/** Only what differs: each change is an event that everybody sees. */
export function changesOf(info: ChatInfo, draft: ChatInfo) {
  const changes: Parameters<Chat["update"]>[0] = {};
  if (draft.title.trim() !== info.title) changes.title = draft.title.trim();
  if (draft.topic.trim() !== info.topic) changes.topic = draft.topic.trim();
  if (draft.visibility !== info.visibility) changes.visibility = draft.visibility;
  if (draft.joinable !== info.joinable) changes.joinable = draft.joinable;
  return changes;
}
