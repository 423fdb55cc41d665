/** A field with its label, a hint below it, and the error instead of the hint when there is one. */

import type { ComponentProps, ReactNode, Ref } from "react";
import { useId } from "react";
import styles from "./text_field.module.css";

export interface TextFieldProps
  extends Omit<ComponentProps<"input">, "onChange" | "value" | "ref"> {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly error?: string | null | undefined;
  readonly ref?: Ref<HTMLInputElement>;
}

export function TextField({ label, value, onChange, hint, error, ref, ...rest }: TextFieldProps) {
  const id = useId();
  const about = `${id}-about`;
  const wrong = error !== undefined && error !== null;
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <input
        ref={ref}
        id={id}
        className={styles.input}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={wrong || undefined}
        aria-describedby={wrong || hint !== undefined ? about : undefined}
        autoComplete="off"
        dir="auto"
        {...rest}
      />
      {wrong && (
        <p id={about} className={styles.error} role="alert">
          {error}
        </p>
      )}
      {!wrong && hint !== undefined && (
        <p id={about} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
