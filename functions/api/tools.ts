import { z } from 'zod';
import { toolFacts, toolSelectionFacts } from '../../core/tool-facts.ts';
import { toolsetSchema } from '../../core/tool-selection.ts';
import { type ApiResource, defineRoute } from './route.ts';

/** Bytes of JSON for each token of a model, roughly: tokenizers of different models differ by more than this errs. */
const bytesPerToken = 4;

const countField = z.int().min(0);

const toolsAnswer = z
  .object({
    selections: z
      .array(
        z.object({
          name: z.string().meta({ description: 'Name of a set or a profile, `discovery`, or `full` for every tool.' }),
          kind: z.enum(['full', 'profile', 'toolset', 'discovery']),
          tools: countField.meta({ description: 'How many tools it offers.' }),
          bytes: countField.meta({ description: 'Length of the answer to `tools/list` as JSON.' }),
          tokens: countField.meta({ description: 'What that takes of a model’s context, estimated at four bytes a token.' }),
        }),
      )
      .meta({ description: 'What can stand in `toolsets` of an instance. A set and a profile may share a name.' }),
    tools: z
      .array(z.object({ name: z.string(), toolset: toolsetSchema }))
      .meta({ description: 'What can stand in `allowedTools` and `deniedTools` of an instance.' }),
  })
  .meta({ id: 'Tools' });

const answer = {
  selections: toolSelectionFacts.map((selection) => ({ ...selection, tokens: Math.ceil(selection.bytes / bytesPerToken) })),
  tools: toolFacts.map(({ name, toolset }) => ({ name, toolset })),
};

const listTools = defineRoute({
  method: 'GET',
  path: '/v1/tools',
  operationId: 'listTools',
  summary: 'Read which tools instances can offer',
  description: 'By name and set, and how much of a model’s context each selection takes.',
  access: 'public',
  response: { status: 200, description: 'The tools of this version.', schema: toolsAnswer },
  async handle() {
    return { body: answer };
  },
});

export const tools: ApiResource = { name: 'tools', description: 'The tools that instances can offer', routes: [listTools] };
