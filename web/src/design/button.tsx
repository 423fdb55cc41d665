/** Buttons with words on them, and buttons with an icon, which say in words what they do. */

import type { ComponentProps, ReactNode } from "react";
import styles from "./button.module.css";
import { Spinner } from "./spinner.js";
import { Tooltip } from "./tooltip.js";

export interface ButtonProps extends ComponentProps<"button"> {
  readonly variant?: "primary" | "secondary" | "quiet" | "danger";
  /** What it started goes on: it shows that, and cannot be pressed again. */
  readonly busy?: boolean;
  readonly wide?: boolean;
}

export function Button({
  variant = "secondary",
  busy = false,
  wide = false,
  className = "",
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const classes = [styles.button, styles[variant], wide ? styles.wide : "", className];
  // A busy button stays focusable: were it disabled, the keyboard's focus would be lost.
  return (
    <button
      type="button"
      className={classes.join(" ")}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {busy && <Spinner size="small" />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<"button">, "aria-label"> {
  /** What it does: read out, and shown when hovered. */
  readonly label: string;
  readonly children: ReactNode;
  readonly tone?: "plain" | "accent";
  readonly tooltip?: boolean;
}

export function IconButton({
  label,
  children,
  tone = "plain",
  tooltip = true,
  className = "",
  ...rest
}: IconButtonProps) {
  const classes = [styles.icon, tone === "accent" ? styles.iconAccent : "", className].join(" ");
  const button = (
    <button type="button" className={classes} aria-label={label} {...rest}>
      {children}
    </button>
  );
  return tooltip ? <Tooltip label={label}>{button}</Tooltip> : button;
}
