import { prepareAnswer } from '../answers/prepare-answer.ts';
import { translateArguments } from '../answers/vocabulary.ts';
import type { CallArguments } from '../catalogue/call-arguments.ts';
import { isRead } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import { toolName } from '../catalogue/tool-name.ts';
import { isAdministrative } from '../policy/administrative-toolsets.ts';
import { operationConsequence } from '../policy/operation-consequence.ts';
import { operationEffects } from '../policy/operation-effects.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { toolDescription } from './descriptions/tool-descriptions.ts';
import { createArgumentCheck } from './input-validation.ts';
import { outputSchema } from './output-schema.ts';
import { publishedInputSchema } from './published-input-schema.ts';
import type { Tool } from './tool.ts';
import { toolsetOf } from './toolset-of-operation.ts';

/** The tool that offers one operation of the Smartlead API as it is. */
export function createOperationTool(operation: Operation, caller: OperationCaller): Tool {
  const check = createArgumentCheck(operation);
  const name = toolName(operation.id);
  const output = outputSchema(operation);
  // Nothing may be decided by words that Smartlead will not get.
  const translate = (callArguments: CallArguments) => translateArguments(operation, callArguments);
  return {
    definition: {
      name,
      description: toolDescription(operation.id) ?? operation.id,
      inputSchema: publishedInputSchema(operation) as Tool['definition']['inputSchema'],
      ...(output === undefined ? {} : { outputSchema: output }),
      annotations: {
        readOnlyHint: isRead(operation),
        destructiveHint: operation.effects.includes('destructive'),
        idempotentHint: operation.idempotent,
        openWorldHint: true,
      },
    },
    toolset: toolsetOf(operation.id),
    administrative: isAdministrative(toolsetOf(operation.id)),
    effects: (callArguments) => operationEffects(operation, translate(callArguments)),
    check: (callArguments) => check({ ...translate(callArguments) }),
    alreadyMade: (callArguments) =>
      caller.remembers?.(operation, prepareAnswer(operation, translate(callArguments)).requestArguments) ?? false,
    consequence: (callArguments, context) => operationConsequence(operation, translate(callArguments), context, caller),
    async run(callArguments, context) {
      const { requestArguments, shape } = prepareAnswer(operation, translate(callArguments));
      const { value, firstSentAt } = await caller.call(operation, requestArguments, context);
      return { structured: shape(value), ...(firstSentAt === undefined ? {} : { firstSentAt }) };
    },
  };
}
