import { z } from 'zod';
import type { KeyRing } from './key-ring.ts';

/**
 * The one secret that routers and control plane share at scale `saas`, as it is stored, and how it is rotated. It is stored as one text
 * that all programs read alike. At first that is the random text which CloudFormation made; from the first rotation on a JSON document.
 *
 * Programs learn of a change at different times, so a new one is announced before it is used: `announceSecret`, then, when everybody has
 * read that, `switchToAnnouncedSecret`. In between, and from then on, everybody opens and believes what anybody seals or signs. Pure: random
 * texts and times come from the caller.
 */
export interface DataPlaneSecret {
  /** Used when all have read it; believed already. */
  next?: string | undefined;
  /** What is sealed and signed with. */
  current: string;
  /** What was used before, newest first: still opened and believed. */
  previous: readonly { secret: string /** ISO 8601. */; replacedAt: string }[];
}

/** The stored text is no secret of the data plane. Says nothing of its content. */
export class InvalidDataPlaneSecretError extends Error {
  override readonly name = 'InvalidDataPlaneSecretError';
}

/** A step of a rotation that is not the next one. The message says what to do. */
export class RotationOrderError extends Error {
  override readonly name = 'RotationOrderError';
}

const shortestSecret = 32;

/**
 * How long a secret that was replaced is believed, in milliseconds. A day longer than what was made with it may be needed: ids of sessions
 * serve for seven days, answers by Idempotency-Key for one. What lives for longer is sealed again by the manager.
 */
export const replacedSecretServes = 8 * 24 * 60 * 60 * 1000;

const secretText = z.string().min(shortestSecret);
const documentSchema = z.strictObject({
  next: secretText.optional(),
  current: secretText,
  previous: z.array(z.strictObject({ secret: secretText, replacedAt: z.iso.datetime() })),
});

/** @throws InvalidDataPlaneSecretError */
export function parseDataPlaneSecret(text: string): DataPlaneSecret {
  if (!text.startsWith('{')) {
    if (text.length >= shortestSecret) return { current: text, previous: [] };
    throw new InvalidDataPlaneSecretError(`The secret of the data plane is shorter than ${shortestSecret} characters.`);
  }
  const parsed = documentSchema.safeParse(jsonOrUndefined(text));
  if (parsed.success) return parsed.data;
  // Names alone: the values are secrets.
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'the whole document'))];
  throw new InvalidDataPlaneSecretError(`The document of the data plane's secret is not valid: ${fields.join(', ')}.`);
}

/** The text as programs find it in their environment. Its errors name fields, never a value. */
export const storedDataPlaneSecretSchema = z.string('must be set').superRefine((text, context) => {
  try {
    parseDataPlaneSecret(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not valid' });
  }
});

/** The text to store. */
export function formatDataPlaneSecret(secret: DataPlaneSecret): string {
  return JSON.stringify(documentSchema.parse(secret));
}

/** What to use, and what else to believe. */
export function secretRing({ next, current, previous }: DataPlaneSecret): KeyRing<string> {
  return { current, others: [...(next === undefined ? [] : [next]), ...previous.map(({ secret }) => secret)] };
}

/**
 * First step of a rotation: everybody comes to believe the new secret, and nobody uses it yet.
 * @param next Random, of at least 32 characters.
 * @throws RotationOrderError where another one is announced already.
 */
export function announceSecret(secret: DataPlaneSecret, next: string): DataPlaneSecret {
  if (secret.next !== undefined) {
    throw new RotationOrderError('A new secret is announced already. Go on with the step "switch".');
  }
  return { ...secret, next };
}

/**
 * Second step, when everybody has read the first: everybody comes to use the new secret. The one before is believed for eight days more.
 * @param now ISO 8601.
 * @throws RotationOrderError where none is announced.
 */
export function switchToAnnouncedSecret({ next, current, previous }: DataPlaneSecret, now: string): DataPlaneSecret {
  if (next === undefined) throw new RotationOrderError('No new secret is announced. Begin with the step "announce".');
  const oldest = Date.parse(now) - replacedSecretServes;
  const serving = previous.filter(({ replacedAt }) => Date.parse(replacedAt) > oldest);
  return { current: next, previous: [{ secret: current, replacedAt: now }, ...serving] };
}

/**
 * For a secret that somebody has seen: nothing is believed any more but the current one. What only the forgotten ones open is lost.
 * @throws RotationOrderError in the middle of a rotation.
 */
export function forgetReplacedSecrets({ next, current }: DataPlaneSecret): DataPlaneSecret {
  if (next !== undefined) throw new RotationOrderError('A new secret is announced and not in use. Go on with the step "switch".');
  return { current, previous: [] };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
