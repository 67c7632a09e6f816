import type { Readable } from 'node:stream';
import { type WarmEnrolment, warmEnrolmentSchema, warmEnvironment } from '../../../core/warm-assignment.ts';
import { readLine } from '../managed-configuration.ts';
import { StartError } from '../start-error.ts';

/**
 * Reads the one line that a launcher writes to a process it holds by a pipe.
 * @throws StartError that names what is wrong, never a value.
 */
export async function readPipedEnrolment(input: Readable): Promise<WarmEnrolment> {
  const line = await readLine(input);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new StartError('the enrolment on standard input is not one line of JSON', 1);
  }
  const parsed = warmEnrolmentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new StartError(`the enrolment on standard input is not valid: ${fieldsOf(parsed.error).join(', ')}`, 1);
}

/**
 * Takes the enrolment out of the environment, so that nothing in this process reads it there again.
 * @throws StartError that names the variables, never a value.
 */
export function takeEnrolment(environment: NodeJS.ProcessEnv): WarmEnrolment {
  const values = Object.fromEntries(Object.entries(warmEnvironment).map(([part, name]) => [part, environment[name]?.trim()]));
  for (const name of Object.values(warmEnvironment)) delete environment[name];
  const parsed = warmEnrolmentSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  const names = fieldsOf(parsed.error).map((part) => warmEnvironment[part as keyof typeof warmEnvironment]);
  throw new StartError(`these variables must be set, as docs/warm-pool.md says: ${names.join(', ')}`, 1);
}

function fieldsOf(error: { issues: { path: PropertyKey[] }[] }): string[] {
  return [...new Set(error.issues.map(({ path }) => path.join('.') || 'the whole line'))];
}
