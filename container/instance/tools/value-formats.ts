/** Formats that JSON Schema itself names, so every client's validator knows them. */
export const publishedFormats: ReadonlySet<string> = new Set(['date', 'date-time', 'email', 'uri']);

const patterns: Record<string, string> = {
  'csv-integer': '^\\d+(,\\d+)*$',
  'hex-color': '^#[0-9A-Fa-f]{6}$',
  'hh:mm': '^([01]\\d|2[0-3]):[0-5]\\d$',
};

/** Formats of the catalogue that a regular expression says whole. */
export function patternOfFormat(format: string): string | undefined {
  return patterns[format];
}

const dateTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Checks and what they allow, by format. Smartlead takes a plain date wherever it takes a date-time, and a space for the `T`, so
 * both pass here.
 */
export const valueFormats: Record<string, { allowed: string; check: (text: string) => boolean }> = {
  date: { allowed: 'a date such as 2026-11-30', check: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && isCalendarDay(text) },
  'date-time': {
    allowed: 'a date-time such as 2026-11-30T09:00:00Z, or a date',
    check: (text) => dateTime.test(text) && isCalendarDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text.replace(' ', 'T'))),
  },
  email: { allowed: 'an e-mail address', check: (text) => text.length <= 320 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) },
  uri: { allowed: 'a URL such as https://example.com/path', check: (text) => URL.canParse(text) },
  'iana-timezone': { allowed: 'an IANA time zone such as Europe/Berlin', check: isTimeZone },
};

/** Whether the day exists: JavaScript rolls 2026-02-30 over to March, and so may Smartlead. */
function isCalendarDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
