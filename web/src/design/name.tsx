/** A name or title that somebody chose: its direction does not leak into what stands around it. */

import { shownName } from "../text.js";

export interface NameProps {
  readonly children: string;
  /** What stands there when there is nothing to see. */
  readonly otherwise?: string;
  readonly className?: string | undefined;
}

export function Name({ children, otherwise, className }: NameProps) {
  return <bdi className={className}>{shownName(children, otherwise)}</bdi>;
}
