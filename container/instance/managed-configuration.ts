import type { Readable } from 'node:stream';
import { type InstanceConfiguration, instanceConfigurationSchema } from '../../core/instance-configuration.ts';
import { StartError } from './start-error.ts';

const longestLine = 256 * 1024;

/**
 * Reads the one line of settings that a launcher writes, and leaves the input flowing, so that its end can be noticed.
 * @throws StartError that names what is wrong, never a value: the line holds the API key and the access token.
 */
export async function readManagedConfiguration(input: Readable): Promise<InstanceConfiguration> {
  const line = await readLine(input);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new StartError('the settings on standard input are not one line of JSON', 1);
  }
  const parsed = instanceConfigurationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole line'))];
  throw new StartError(`the settings on standard input are not valid: ${fields.join(', ')}`, 1);
}

/**
 * Reads one line, and leaves the input flowing.
 * @throws StartError
 */
export function readLine(input: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const finish = (result: string | StartError) => {
      input.off('data', read);
      input.off('end', endOfInput);
      // Without a reader, a stream never says that it has ended.
      input.resume();
      if (typeof result === 'string') resolve(result);
      else reject(result);
    };
    const read = (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end !== -1) finish(text.slice(0, end));
      else if (text.length > longestLine) finish(new StartError('the settings on standard input are too long', 1));
    };
    const endOfInput = () => finish(new StartError('standard input ended before the settings came', 1));
    input.setEncoding('utf8');
    input.on('data', read);
    input.once('end', endOfInput);
  });
}
