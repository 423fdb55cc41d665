/** A line across the page about its state. What it says is not read out: see where it is used. */

import type { ReactNode } from "react";
import styles from "./banner.module.css";

export interface BannerProps {
  readonly tone: "plain" | "warning" | "danger";
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function Banner({ tone, icon, children, action }: BannerProps) {
  return (
    <div className={`${styles.banner} ${styles[tone]}`}>
      {icon}
      <span className={styles.words}>{children}</span>
      {action}
    </div>
  );
}
