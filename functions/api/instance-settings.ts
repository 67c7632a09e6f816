import { z } from 'zod';
import { policySwitches, policySwitchSchema, toolNameSchema } from '../../core/policy.ts';
import { toolFacts } from '../../core/tool-facts.ts';
import { toolSelectionNameSchema, toolSelectionNames, toolSelectionSchema } from '../../core/tool-selection.ts';

const toolNames = new Set(toolFacts.map(({ name }) => name));

export const toolsetsField = z
  .array(toolSelectionNameSchema)
  .min(1)
  .max(toolSelectionNames.length)
  .refine(hasNoDoubles, 'must not name a set twice')
  .pipe(toolSelectionSchema)
  .nullable()
  .meta({
    description: 'Which tools to offer: sets, or one profile alone, or `discovery` alone; null or absent for every tool.',
  });

/** In the order of their definition, so that the same switches in another order are no change. */
export const allowField = z
  .array(policySwitchSchema)
  .max(policySwitches.length)
  .refine(hasNoDoubles, 'must not name a switch twice')
  .transform((given) => policySwitches.filter((each) => given.includes(each)))
  .meta({
    description:
      'What may be done beyond the policy: `send` mail, `destroy`, `spend` credits, take or return `secrets`. All are off unless named.',
  });

export const sleepAfterField = z
  .int()
  .min(5)
  .max(24 * 60 * 60)
  .nullable()
  .meta({
    description: 'Seconds without a call after which the instance sleeps; the next call wakes it. null: never.',
    example: 900,
  });

export const maxReplicasField = z
  .int()
  .min(1)
  .max(8)
  .meta({ description: 'How many processes may serve the instance under load, behind the same URL.', example: 1 });

export const allowedToolsField = toolNamesField('No other tool may be called; null or absent for no such list.');
export const deniedToolsField = toolNamesField(
  'Tools that may not be called, whatever else allows them; null or absent for none.',
);

/** In alphabetical order, so that the same tools in another order are no change. */
function toolNamesField(description: string) {
  const known = toolNameSchema.refine((name) => toolNames.has(name), 'is not a tool; GET /v1/tools lists them');
  return z
    .array(known)
    .min(1)
    .max(toolNames.size)
    .refine(hasNoDoubles, 'must not name a tool twice')
    .transform((names) => names.toSorted())
    .nullable()
    .meta({ description });
}

function hasNoDoubles(given: readonly string[]): boolean {
  return new Set(given).size === given.length;
}
