export const dayMs = 86_400_000;
const hourMs = 3_600_000;
const rememberedZones = 64;
const rememberedHours = 5000;

interface Zone {
  format: Intl.DateTimeFormat;
  /** Offset from UTC in milliseconds by hour since the epoch; asking Intl for each event would be slow. */
  offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();

/** Number of the calendar day, counted from 1970-01-01, that a time falls on in a time zone. */
export function dayNumber(time: number, timezone = 'UTC'): number {
  return Math.floor((time + offsetOf(time, timezone)) / dayMs);
}

/** Number of the day that an ISO date or date-time names. */
export function dayNumberOf(text: string): number {
  return Date.parse(text.slice(0, 10)) / dayMs;
}

/** ISO date of a day number. */
export function dateOfDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

function offsetOf(time: number, timezone: string): number {
  if (timezone === 'UTC') return 0;
  let zone = zones.get(timezone);
  if (zone === undefined) {
    if (zones.size >= rememberedZones) zones.clear();
    zone = { format: new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' }), offsets: new Map() };
    zones.set(timezone, zone);
  }
  const hour = Math.floor(time / hourMs);
  let offset = zone.offsets.get(hour);
  if (offset === undefined) {
    const name = zone.format.formatToParts(hour * hourMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const match = /^GMT([+-])(\d{2}):(\d{2})/.exec(name);
    offset = match === null ? 0 : (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
    if (zone.offsets.size >= rememberedHours) zone.offsets.clear();
    zone.offsets.set(hour, offset);
  }
  return offset;
}
