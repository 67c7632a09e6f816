/** Days from `from` to `to`, both included, as ISO dates. */
export interface DateRange {
  from: string;
  to: string;
}

/** Longest range that analytics by date answer. Smartlead refuses "beyond about a month"; its own example asks for 31 days. */
export const longestRangeDays = 31;

const dayMs = 86_400_000;

/**
 * Splits a range into the fewest parts of at most so many days: together they are the range, and no day is in two of them.
 * @param range Valid dates, `from` not after `to`.
 */
export function splitRange({ from, to }: DateRange, mostDays = longestRangeDays): DateRange[] {
  const last = dayOf(to);
  const parts: DateRange[] = [];
  for (let day = dayOf(from); day <= last; day += mostDays) {
    parts.push({ from: dateOf(day), to: dateOf(Math.min(last, day + mostDays - 1)) });
  }
  return parts;
}

/** How many days a range has. */
export function daysIn({ from, to }: DateRange): number {
  return dayOf(to) - dayOf(from) + 1;
}

/** The range of the days up to today (UTC). */
export function lastDays(count: number, now: number): DateRange {
  const today = Math.floor(now / dayMs);
  return { from: dateOf(today - count + 1), to: dateOf(today) };
}

/** As many days as the range has, ending on the day before it. */
export function rangeBefore(range: DateRange): DateRange {
  const last = dayOf(range.from) - 1;
  return { from: dateOf(last - daysIn(range) + 1), to: dateOf(last) };
}

function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
