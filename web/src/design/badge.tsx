/** A small count, as of unread messages. */

import styles from "./badge.module.css";
import { VisuallyHidden } from "./visually_hidden.js";

/** More than this is shown as "99+": the exact number helps nobody and would not fit. */
const COUNT_SHOWN_MAX = 99;

export interface BadgeProps {
  readonly count: number;
  /** What is counted, read out behind the number: "unread". */
  readonly label: string;
}

export function Badge({ count, label }: BadgeProps) {
  if (count <= 0) return null;
  return (
    <span className={styles.badge}>
      {count > COUNT_SHOWN_MAX ? `${COUNT_SHOWN_MAX}+` : count}
      <VisuallyHidden> {label}</VisuallyHidden>
    </span>
  );
}
