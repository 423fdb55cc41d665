/** A radio button or a switch with its words and an explanation. */

import { type ReactNode, useId } from "react";
import styles from "./forms.module.css";

export interface ChoiceProps {
  readonly type: "radio" | "checkbox";
  /** Radio buttons of one name exclude each other. */
  readonly name: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label: string;
  readonly hint?: string;
  readonly disabled?: boolean;
}

export function Choice({ type, name, checked, onChange, label, hint, disabled }: ChoiceProps) {
  const id = useId();
  // The whole line can be clicked; what is read out as its name is the label alone.
  return (
    <label className={styles.choice}>
      <input
        type={type}
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        aria-labelledby={`${id}-label`}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      <span>
        <span id={`${id}-label`}>{label}</span>
        {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
      </span>
    </label>
  );
}

export function ChoiceGroup(props: { readonly legend: string; readonly children: ReactNode }) {
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>{props.legend}</legend>
      {props.children}
    </fieldset>
  );
}
