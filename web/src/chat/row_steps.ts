/**
 * How the list goes from the rows it shows to others without moving what is in view. Pure.
 *
 * The list keeps the sizes of rows by index. It can be told that rows came or went at the start
 * (`shift`), or anywhere else, but not both at once; and a timeline that loads at one end drops at
 * the other in the same moment. So such a change is made in two steps, each of one kind.
 */

export interface Keyed {
  readonly id: string;
}

export interface RowStep<T extends Keyed> {
  readonly rows: readonly T[];
  /** Rows came or went at the start. */
  readonly shift: boolean;
}

/**
 * The steps, or null when nothing of what is shown stays: the list starts afresh. Up to `headMax` rows
 * that went at the start, while none came there, are kept.
 */
export function rowSteps<T extends Keyed>(
  shown: readonly T[],
  next: readonly T[],
  headMax = 0,
): readonly RowStep<T>[] | null {
  const places = new Map(next.map((row, index) => [row.id, index]));
  const kept = shown.findIndex((row) => places.has(row.id));
  const anchor = shown[kept];
  if (anchor === undefined) return null;
  const head = places.get(anchor.id) ?? 0;
  if (kept === 0 && head === 0) return [{ rows: next, shift: false }];
  if (head === 0 && kept <= headMax)
    return [{ rows: [...shown.slice(0, kept), ...next], shift: false }];
  const tail = shown.slice(kept).map((row) => next[places.get(row.id) ?? -1] ?? row);
  const first = [...next.slice(0, head), ...tail];
  const step: RowStep<T> = { rows: first, shift: true };
  return sameIds(first, next)
    ? [{ rows: next, shift: true }]
    : [step, { rows: next, shift: false }];
}

function sameIds(a: readonly Keyed[], b: readonly Keyed[]): boolean {
  return a.length === b.length && a.every((row, index) => row.id === b[index]?.id);
}
