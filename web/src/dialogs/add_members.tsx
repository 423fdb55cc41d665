/** Adds people to a group by name. */

import type { Chat, Member } from "@connect-chat/sdk";
import { UserPlus } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../design/button.js";
import styles from "./member_list.module.css";
import { PeopleField } from "./people_field.js";
import { useAttempt } from "./use_attempt.js";
import { useFirstField } from "./use_first_field.js";

/** As many as one operation of the server takes. */
const AT_ONCE_MAX = 100;

export interface AddMembersProps {
  readonly chat: Chat;
  readonly members: readonly Member[];
  readonly onChanged: () => Promise<void>;
}

export function AddMembers({ chat, members, onChanged }: AddMembersProps) {
  const [adding, setAdding] = useState(false);
  const [people, setPeople] = useState<readonly string[]>([]);
  const attempt = useAttempt();
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    // A name that cannot be added stays in the field, and is not passed over.
    if (problem !== null) return;
    if (people.length === 0) return attempt.setError("Enter at least one name.");
    if (!(await attempt.run(() => chat.invite(people).then(onChanged)))) return;
    setPeople([]);
    setAdding(false);
  }

  const place = useRef<HTMLDivElement>(null);
  useFirstField(place, adding);
  if (!adding)
    return (
      <div ref={place} className={styles.add}>
        <Button onClick={() => setAdding(true)}>
          <UserPlus aria-hidden="true" size={18} />
          Add members
        </Button>
      </div>
    );
  return (
    <div ref={place}>
      <form className={styles.add} onSubmit={submit} noValidate aria-label="Add members">
        <PeopleField
          label="Add members"
          hint="Names, with Enter or a comma behind each."
          people={people}
          onChange={setPeople}
          error={problem ?? attempt.error}
          onError={setProblem}
          taken={members.map((member) => member.user)}
          max={AT_ONCE_MAX}
        />
        <Button type="submit" variant="primary" wide busy={attempt.busy}>
          Add
        </Button>
      </form>
    </div>
  );
}
