/** When something was said, as short as can be: a clock today, a weekday this week, else a date. */

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

export function shortMoment(ts: number, now: number): string {
  if (ts <= 0) return "";
  const days = daysBetween(ts, now);
  if (days <= 0) return CLOCK.format(ts);
  if (days === 1) return "Yesterday";
  if (days < 7) return WEEKDAY.format(ts);
  return sameYear(ts, now) ? DAY.format(ts) : DATE.format(ts);
}

/** The whole of it, for a title. */
export function fullMoment(ts: number): string {
  return ts <= 0 ? "" : FULL.format(ts);
}

/** How many midnights lie between, in local time; days of 23 or 25 hours count as one. */
function daysBetween(ts: number, now: number): number {
  const [from, to] = [new Date(ts), new Date(now)];
  from.setHours(0, 0, 0, 0);
  to.setHours(0, 0, 0, 0);
  return Math.round((to.getTime() - from.getTime()) / 86_400_000);
}

function sameYear(ts: number, now: number): boolean {
  return new Date(ts).getFullYear() === new Date(now).getFullYear();
}
