/** The day that begins, and the line above what is new: they stand above the row of a message. */

import styles from "./timeline.module.css";
import { dayLabel } from "./times.js";

export function DayDivider({ day, now }: { readonly day: number; readonly now: number }) {
  return (
    <div className={styles.day}>
      <h3 className={styles.dayLabel}>{dayLabel(day, now)}</h3>
    </div>
  );
}

export function UnreadLine() {
  return (
    <div className={styles.unreadLine} data-testid="unread-line">
      <span>New messages</span>
    </div>
  );
}
