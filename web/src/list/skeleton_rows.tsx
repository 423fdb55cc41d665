/** The list before it is known: grey rows in its place. */

import { VisuallyHidden } from "../design/visually_hidden.js";
import styles from "./skeleton_rows.module.css";

const ROWS = ["a", "b", "c", "d", "e", "f", "g"];

export function SkeletonRows() {
  return (
    <div className={styles.rows} role="status">
      <VisuallyHidden>Loading chats</VisuallyHidden>
      {ROWS.map((row) => (
        <div key={row} className={styles.row} aria-hidden="true">
          <span className={styles.circle} />
          <span className={styles.lines} />
        </div>
      ))}
    </div>
  );
}
