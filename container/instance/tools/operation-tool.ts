import { isRead } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import type { SmartleadClient } from '../smartlead/smartlead-client.ts';
import { toolDescription } from './descriptions/tool-descriptions.ts';
import { inputSchema } from './input-schema.ts';
import { createArgumentCheck } from './input-validation.ts';
import type { Tool } from './tool.ts';
import { toolName } from './tool-name.ts';
import { toolsetOf } from './toolset-of-operation.ts';

/** The tool that offers one operation of the Smartlead API as it is. */
export function createOperationTool(operation: Operation, client: Pick<SmartleadClient, 'call'>): Tool {
  const check = createArgumentCheck(operation);
  return {
    definition: {
      name: toolName(operation.id),
      description: toolDescription(operation.id) ?? operation.id,
      inputSchema: inputSchema(operation, { audience: 'published' }) as Tool['definition']['inputSchema'],
      annotations: {
        readOnlyHint: isRead(operation),
        destructiveHint: operation.effects.includes('destructive'),
        idempotentHint: operation.idempotent,
        openWorldHint: true,
      },
    },
    toolset: toolsetOf(operation.id),
    async run(callArguments, signal) {
      await check(callArguments);
      return client.call(operation, callArguments, signal);
    },
  };
}
