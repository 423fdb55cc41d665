/** A person or a group: letters on a colour that is always the same for them. Decoration only. */

import { Users } from "lucide-react";
import type { CSSProperties } from "react";
import { hueOf, initials } from "../text.js";
import styles from "./avatar.module.css";

export interface AvatarProps {
  /** What the colour is made from: the user, or the chat's id. */
  readonly id: string;
  /** What the letters are taken from; a group without a title shows people instead. */
  readonly name: string;
  readonly size?: "small" | "medium" | "large";
  readonly online?: boolean;
}

type HueStyle = CSSProperties & Readonly<Record<"--hue", number>>;

/** For text in the colour of a person: `style={personStyle(user)}` with `className="person"`. */
export function personStyle(id: string): HueStyle {
  return { "--hue": hueOf(id) };
}

export function Avatar({ id, name, size = "medium", online = false }: AvatarProps) {
  return (
    <span className={`${styles.avatar} ${styles[size]}`} style={personStyle(id)} aria-hidden="true">
      {name === "" ? <Users className={styles.people} /> : initials(name)}
      {online && <span className={styles.online} data-testid="online" />}
    </span>
  );
}
