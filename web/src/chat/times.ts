/** Days and times as they are written in a chat; local time. Pure but for the locale. */

const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const thisYear = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "long",
});
const otherYear = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "long",
  year: "numeric",
});

/** What a date may be: beyond it formatting throws. */
const TIME_MAX = 8.64e15;

function dateOf(ts: number): Date {
  return new Date(Math.abs(ts) <= TIME_MAX ? ts : 0);
}

export function clockTime(ts: number): string {
  return time.format(dateOf(ts));
}

export function fullTime(ts: number): string {
  return full.format(dateOf(ts));
}

/** The local midnight that begins the day. */
export function dayStart(ts: number): number {
  return dateOf(ts).setHours(0, 0, 0, 0);
}

/** Calendar days from one local midnight to another; summer time does not count. */
function daysBetween(from: number, to: number): number {
  return Math.round((to - from) / 86_400_000);
}

export function dayLabel(day: number, now: number): string {
  const today = dayStart(now);
  const days = daysBetween(day, today);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days > 1 && days < 7) return weekday.format(day);
  const same = dateOf(day).getFullYear() === dateOf(today).getFullYear();
  return (same ? thisYear : otherYear).format(day);
}

/** "last seen at 14:02", "last seen yesterday at 14:02", "last seen 3 March". */
export function lastSeen(ts: number, now: number): string {
  const label = dayLabel(dayStart(ts), now);
  if (label === "Today") return `last seen at ${clockTime(ts)}`;
  if (label === "Yesterday") return `last seen yesterday at ${clockTime(ts)}`;
  return `last seen ${label}`;
}

/** A day as a date input writes it. */
export function dateInputValue(ts: number): string {
  const date = dateOf(ts);
  const two = (value: number) => String(value).padStart(2, "0");
  const year = String(date.getFullYear()).padStart(4, "0");
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The local midnight of a date input's value; null when it is none. */
export function parseDateInput(value: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (match === null) return null;
  const ms = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3])).getTime();
  return Number.isNaN(ms) ? null : ms;
}
