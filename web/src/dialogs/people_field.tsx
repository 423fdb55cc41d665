/**
 * Several people by name, each a chip. Enter, a comma or leaving the field adds what was typed,
 * Backspace in the empty field takes the last one out, pasted lists are split.
 */

import { X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useId, useRef, useState } from "react";
import { userProblem } from "../bounds.js";
import { shownName } from "../text.js";
import styles from "./people_field.module.css";

const SEPARATORS = /[,;\n]+/u;

export interface PeopleFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly people: readonly string[];
  readonly onChange: (people: readonly string[]) => void;
  /** Said of the last name that was typed, or by the server. */
  readonly error: string | null;
  readonly onError: (words: string | null) => void;
  /** Names that are in already: nobody is added twice. */
  readonly taken: readonly string[];
  readonly max: number;
}

export function PeopleField(props: PeopleFieldProps) {
  const { label, hint, people, onChange, error, onError } = props;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");

  function add(text: string) {
    const added = addPeople(people, text, props);
    onError(added.problem);
    onChange(added.people);
    setTyped(added.left);
  }

  function press(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const adds = event.key === "," || (event.key === "Enter" && typed.trim() !== "");
    if (!adds && !(event.key === "Backspace" && typed === "")) return;
    if (adds) {
      event.preventDefault();
      add(typed);
    } else onChange(people.slice(0, -1));
  }

  function paste(event: ClipboardEvent) {
    const text = event.clipboardData.getData("text");
    if (!SEPARATORS.test(text)) return;
    event.preventDefault();
    add(typed + text);
  }

  function remove(person: string) {
    onChange(people.filter((one) => one !== person));
    field.current?.focus();
  }

  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.box} data-wrong={error !== null}>
        <Chips people={people} onRemove={remove} />
        <input
          ref={field}
          id={id}
          className={styles.input}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={press}
          onPaste={paste}
          onBlur={() => add(typed)}
          aria-invalid={error !== null || undefined}
          aria-describedby={`${id}-about`}
          autoComplete="off"
          autoCapitalize="none"
          enterKeyHint="next"
          spellCheck={false}
          dir="auto"
        />
      </div>
      <p
        id={`${id}-about`}
        className={error === null ? styles.hint : styles.error}
        role={error === null ? undefined : "alert"}
      >
        {error ?? hint}
      </p>
    </div>
  );
}

interface ChipsProps {
  readonly people: readonly string[];
  readonly onRemove: (person: string) => void;
}

function Chips({ people, onRemove }: ChipsProps) {
  return people.map((person) => (
    <span key={person} className={styles.chip}>
      <bdi>{shownName(person)}</bdi>
      <button
        type="button"
        className={styles.remove}
        aria-label={`Remove ${shownName(person)}`}
        onClick={() => onRemove(person)}
      >
        <X aria-hidden="true" />
      </button>
    </span>
  ));
}

/** The people with the typed names behind them; what could not be added is left in the field. */
export function addPeople(
  people: readonly string[],
  text: string,
  { taken, max }: Pick<PeopleFieldProps, "taken" | "max">,
): { people: readonly string[]; problem: string | null; left: string } {
  const next = [...people];
  for (const name of text.split(SEPARATORS).map((part) => part.trim())) {
    if (name === "" || next.includes(name)) continue;
    const problem = nameProblem(name, next.length, taken, max);
    if (problem !== null) return { people: next, problem, left: name };
    next.push(name);
  }
  return { people: next, problem: null, left: "" };
}

function nameProblem(
  name: string,
  count: number,
  taken: readonly string[],
  max: number,
): string | null {
  if (taken.includes(name)) return `${shownName(name)} is in already.`;
  if (count >= max) return `At most ${max} people at once.`;
  return userProblem(name);
}
