import { isRead } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import { needsConfirmation } from '../policy/decide.ts';
import { answerArguments, pagePositionParameter } from './answer-arguments.ts';
import { inputSchema, type ToolInputSchema } from './input-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * The input schema that clients get of an operation: its parameters, and the arguments that are the same for all tools (`fields`,
 * `cursor`, `confirm`, `repeat`), which the server's instructions explain once.
 */
export function publishedInputSchema(operation: Operation): ToolInputSchema {
  const schema = inputSchema(operation, { audience: 'published' });
  const properties: Record<string, JsonSchema> = { ...schema.properties };
  const position = pagePositionParameter(operation);
  if (position !== undefined) delete properties[position];
  const { pagination } = operation;
  // A page has at least one row; nobody needs to be told.
  if (pagination !== undefined) delete properties[pagination.limit]?.minimum;
  Object.assign(properties, answerArguments(operation, 'published'), steeringOf(operation));
  return { ...schema, properties };
}

/** The arguments that steer a call, as clients are told of them; see steering-arguments.ts. */
export const publishedSteering = { confirm: { type: 'string' }, repeat: { type: 'boolean' } } as const satisfies Record<
  string,
  JsonSchema
>;

/** The steering arguments that make a difference for the operation. Repeating an idempotent write changes nothing. */
function steeringOf(operation: Operation): Record<string, JsonSchema> {
  if (isRead(operation)) return {};
  const { confirm, repeat } = publishedSteering;
  return {
    ...(needsConfirmation(operation.effects) ? { confirm } : {}),
    ...(operation.idempotent ? {} : { repeat }),
  };
}
