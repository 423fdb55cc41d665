/** Something goes on. With a label it is read out; without, what is around it says so. */

import styles from "./spinner.module.css";
import { VisuallyHidden } from "./visually_hidden.js";

export interface SpinnerProps {
  readonly label?: string;
  readonly size?: "small" | "large";
}

export function Spinner({ label, size = "large" }: SpinnerProps) {
  return (
    <span className={styles.around} role={label === undefined ? undefined : "status"}>
      <span className={`${styles.spinner} ${styles[size]}`} aria-hidden="true" />
      {label !== undefined && <VisuallyHidden>{label}</VisuallyHidden>}
    </span>
  );
}
