import { parseTime } from './fields.ts';

const knownTimezones = new Map<string, boolean>();
const rememberedTimezones = 1000;

/** Whether a text has one of the catalogue's formats. Formats without a rule of their own are carried by a pattern. */
export function hasFormat(format: string, text: string): boolean {
  switch (format) {
    case 'email':
      return text.length <= 254 && /^[^\s@<>",]+@[^\s@<>",.]+(\.[^\s@<>",.]+)+$/.test(text);
    case 'uri':
      return URL.canParse(text);
    case 'date':
    case 'date-time':
      return isTime(text);
    case 'iana-timezone':
      return isTimezone(text);
    case 'csv-integer':
      return /^\d+(\s*,\s*\d+)*$/.test(text);
    case 'hh:mm':
      return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
    default:
      return true;
  }
}

/** What the validator says of a text that lacks the format. */
export function formatMessage(format: string, text: string): string {
  switch (format) {
    case 'email':
      return 'must be a valid email';
    case 'uri':
      return 'must be a valid uri';
    case 'date':
    case 'date-time':
      return 'must be in ISO 8601 date format';
    case 'iana-timezone':
      return 'must be a valid timezone';
    default:
      return `with value "${text}" fails to match the ${format} pattern`;
  }
}

/** Dates and date-times are taken for one another: the reference disagrees with itself, and live both worked. */
function isTime(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text)) return false;
  const day = text.slice(0, 10);
  const dayTime = Date.parse(day);
  return !Number.isNaN(parseTime(text)) && !Number.isNaN(dayTime) && new Date(dayTime).toISOString().startsWith(day);
}

function isTimezone(text: string): boolean {
  let known = knownTimezones.get(text);
  if (known === undefined) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: text });
      known = true;
    } catch {
      known = false;
    }
    if (knownTimezones.size >= rememberedTimezones) knownTimezones.clear();
    knownTimezones.set(text, known);
  }
  return known;
}
