import { z } from 'zod';
import { identifierSchema } from '../../core/identifiers.ts';

/** Field types that several resources share. Messages follow the field's path, as in "name: must not be empty". */

/** Control characters, line separators, and the marks that reverse the direction of text and so disguise what it says. */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** One line of text without control characters. White space around it is cut. */
export function lineOfText(length: { minimum: number; maximum: number }) {
  return z
    .string()
    .refine((text) => text.isWellFormed() && !unprintable.test(text), 'must not contain control characters')
    .trim()
    .min(length.minimum)
    .max(length.maximum);
}

/** What customers call their things. */
export const nameField = lineOfText({ minimum: 1, maximum: 80 });

/** A moment since 1970, with any offset; becomes ISO 8601 in UTC. The offset can carry it out of the years that format has. */
export const timeField = z.iso
  .datetime({ offset: true })
  .transform((time) => new Date(time).toISOString())
  .refine((time) => /^\d{4}-/u.test(time) && time >= '1970', 'must be between the years 1970 and 9999')
  .meta({ example: '2026-11-22T08:00:00Z' });

/** A moment in an answer. */
export const timeAnswer = z.iso.datetime().meta({ example: '2026-11-22T08:00:00.000Z' });

/** Query of every list. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: 'How many items to answer at most.' }),
  cursor: z
    .string()
    .regex(/^[\x21-\x7e]{1,1024}$/u, 'is not a cursor of this list')
    .optional()
    .meta({ description: '`nextCursor` of the page before.' }),
});

/** Answer of every list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Send it as `cursor` to get the next page; null on the last one.' }),
  });
}

export const keyPath = z.object({ id: identifierSchema('key') });
export const instancePath = z.object({ id: identifierSchema('instance') });
export const tokenPath = z.object({ id: identifierSchema('instance'), tokenId: identifierSchema('token') });
