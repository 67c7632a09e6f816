import { type InstanceLogLine, instanceLogLineSchema } from '../../../core/instance-configuration.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is to be replaced.
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]+/g;

/**
 * Reads one line that an instance printed. A line in the agreed form is taken as it is; any other (a stack trace, a warning of the
 * runtime) becomes an entry of level `error` with the line as its message. `now` dates foreign lines.
 */
export function readLogLine(line: string, redact: (text: string) => string, now: Date): InstanceLogLine {
  const redacted = redact(line);
  const parsed = instanceLogLineSchema.safeParse(parseJson(redacted));
  if (parsed.success) return parsed.data;
  return { time: now.toISOString(), level: 'error', message: redacted.replace(controlCharacters, ' ').trim() };
}

function parseJson(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
