import { InvalidRequest } from '../features/feature-errors.ts';
import { valueFormats } from '../tools/value-formats.ts';
import type { Prompt, PromptArguments } from './prompt.ts';

const longestArgument = 200;

/**
 * The arguments a prompt knows, without empty ones: clients fill in forms, and an empty field means nothing.
 * @throws InvalidRequest for an unknown, missing or overlong one.
 */
export function checkArguments({ definition }: Prompt, given: PromptArguments): PromptArguments {
  const known = definition.arguments ?? [];
  for (const [name, value] of Object.entries(given)) {
    if (!known.some((argument) => argument.name === name))
      throw new InvalidRequest(
        `${definition.name} has no argument ${JSON.stringify(name.slice(0, 100))}; known are ${known.map((argument) => argument.name).join(', ')}`,
      );
    if (value.length > longestArgument) throw new InvalidRequest(`${name} must have at most ${longestArgument} characters`);
  }
  const filled = Object.entries(given).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value.trim()] as const]));
  const checked = Object.fromEntries(filled);
  for (const { name, required } of known) {
    if (required === true && checked[name] === undefined) throw new InvalidRequest(`${name} is required`);
  }
  return checked;
}

/** @throws InvalidRequest */
export function campaignIdOf(value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new InvalidRequest('campaign_id must be the id of a campaign, a whole number');
}

/** @throws InvalidRequest */
export function dateOf(name: string, value: string): string {
  if (valueFormats.date?.check(value) === true) return value;
  throw new InvalidRequest(`${name} must be a date such as 2026-11-30`);
}
