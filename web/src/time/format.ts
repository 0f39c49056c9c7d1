/** The interface speaks one language so far; days and hours are those of the reader's own clock. */
const locale = 'en-GB';
const clockFormat = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' });
const weekdayFormat = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const yearFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
const exactFormat = new Intl.DateTimeFormat(locale, {
  weekday: 'short',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dayMs = 86_400_000;

/** `14:02` */
export const clockTime = (time: string | Date): string => clockFormat.format(new Date(time));

/** Everything there is to know about a moment, for tooltips and the record. */
export const exactTime = (time: string | Date): string => exactFormat.format(new Date(time));

/** The same for all moments of one day of the reader's clock: `2026-11-22`. */
export function dayKey(time: string | Date): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** `Today`, `Yesterday`, `Tuesday 3 March`, `3 March 2014` */
export function dayName(time: string | Date, now: Date = new Date()): string {
  const distance = daysBetween(new Date(time), now);
  if (distance === 0) return 'Today';
  if (distance === 1) return 'Yesterday';
  const date = new Date(time);
  return (date.getFullYear() === now.getFullYear() ? weekdayFormat : yearFormat).format(date);
}

/** How people say when something was: `14:02`, `yesterday`, `3 March`, `3 March 2014`. */
export function spokenTime(time: string | Date, now: Date = new Date()): string {
  const date = new Date(time);
  const distance = daysBetween(date, now);
  if (distance === 0) return clockFormat.format(date);
  if (distance === 1) return 'yesterday';
  return (date.getFullYear() === now.getFullYear() ? dayFormat : yearFormat).format(date);
}

/** `today at 14:02`, `yesterday at 14:02`, `3 March at 14:02` */
export function spokenMoment(time: string | Date, now: Date = new Date()): string {
  const day = daysBetween(new Date(time), now) === 0 ? 'today' : spokenTime(time, now);
  return `${day} at ${clockTime(time)}`;
}

/** `14:02`, `yesterday at 14:02`, `3 March at 14:02` */
export const sinceTime = (time: string | Date, now: Date = new Date()): string =>
  daysBetween(new Date(time), now) === 0 ? clockTime(time) : spokenMoment(time, now);

/** Calendar days, not 24 hours: noon, so that a change of the clocks moves nothing. */
function daysBetween(date: Date, now: Date): number {
  const noon = (moment: Date) =>
    new Date(moment.getFullYear(), moment.getMonth(), moment.getDate(), 12).getTime();
  return Math.round((noon(now) - noon(date)) / dayMs);
}
