import type { Tool as ToolDefinition } from '@modelcontextprotocol/sdk/types.js';
import { discovery } from '../../../../core/tool-selection.ts';
import type { CallArguments } from '../../catalogue/call-arguments.ts';
import type { Operation, Parameter } from '../../catalogue/operation.ts';
import { inputSchema } from '../input-schema.ts';
import { createArgumentCheck } from '../input-validation.ts';
import type { Tool } from '../tool.ts';

export interface DiscoveryToolOptions {
  name: string;
  description: string;
  parameters: readonly Omit<Parameter, 'in'>[];
  /** Descriptions of parameters, where the name does not say enough. */
  notes: Readonly<Record<string, string>>;
  annotations: ToolDefinition['annotations'];
  /** A check beside that of the arguments' types. @throws SmartleadError `invalid_arguments`. */
  check?(callArguments: CallArguments): void;
  answer(callArguments: CallArguments): Record<string, unknown>;
}

/** A tool that asks Smartlead nothing: it answers out of what is known of the other tools. */
export function createDiscoveryTool(options: DiscoveryToolOptions): Tool {
  const input = inputOf(options);
  const schema = inputSchema(input, { audience: 'published' });
  for (const [name, note] of Object.entries(options.notes)) Object.assign(schema.properties[name] ?? {}, { description: note });
  const checkTypes = createArgumentCheck(input);
  return {
    definition: {
      name: options.name,
      description: options.description,
      inputSchema: schema as ToolDefinition['inputSchema'],
      annotations: options.annotations,
    },
    toolset: discovery,
    administrative: false,
    effects: () => ['read'],
    async check(callArguments) {
      await checkTypes({ ...callArguments });
      options.check?.(callArguments);
    },
    consequence: async () => ({ summary: `call ${options.name}` }),
    run: async (callArguments) => ({ structured: options.answer(callArguments) }),
  };
}

/** The parameters in the form that schemas and checks are made of; nothing is ever sent by it. */
function inputOf({ name, parameters }: DiscoveryToolOptions): Operation {
  const params = parameters.map((parameter): Parameter => ({ ...parameter, in: 'body' }));
  return { id: name, method: 'POST', host: 'core', path: '/', params, effects: [], idempotent: true };
}

/** The error for a name that no tool has. */
export function unknownToolIssue(name: string): { path: string; message: string } {
  return { path: 'name', message: `is no tool here: ${JSON.stringify(name.slice(0, 60))}; search_tools finds the names` };
}
