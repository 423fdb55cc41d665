/** Over the list's lower edge: to the newest message, and back to where one jumped from. */

import { ChevronDown, CornerDownLeft } from "lucide-react";
import { Badge } from "../design/badge.js";
import styles from "./timeline.module.css";

export interface ListButtonsProps {
  readonly away: boolean;
  readonly unread: number;
  readonly canGoBack: boolean;
  readonly onBack: () => void;
  readonly onNewest: () => void;
}

export function ListButtons({ away, unread, canGoBack, onBack, onNewest }: ListButtonsProps) {
  return (
    <div className={styles.buttons}>
      {canGoBack && (
        <button
          type="button"
          className={styles.float}
          aria-label="Back to where you were"
          title="Back to where you were"
          onClick={onBack}
        >
          <CornerDownLeft aria-hidden="true" />
        </button>
      )}
      {away && (
        <button
          type="button"
          className={styles.float}
          aria-label={
            unread > 0 ? `To the newest message, ${unread} unread` : "To the newest message"
          }
          title="To the newest message"
          onClick={onNewest}
        >
          <ChevronDown aria-hidden="true" />
          {unread > 0 && (
            <span className={styles.floatCount}>
              <Badge count={unread} label="unread" />
            </span>
          )}
        </button>
      )}
    </div>
  );
}
