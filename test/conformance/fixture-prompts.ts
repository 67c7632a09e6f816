import type { GetPromptResult, Prompt } from '@modelcontextprotocol/sdk/types.js';
import { redPixelPng } from './fixture-content.ts';

type Texts = Readonly<Record<string, string>>;

/** The prompts that the scenarios of the official suite get, each with the content of its messages. */
const fixturePrompts: readonly { definition: Prompt; contents(promptArguments: Texts): Content[] }[] = [
  {
    definition: { name: 'test_simple_prompt', description: 'A prompt without arguments' },
    contents: () => [{ type: 'text', text: 'This is a simple prompt for testing.' }],
  },
  {
    definition: {
      name: 'test_prompt_with_arguments',
      description: 'A prompt with two arguments',
      arguments: ['arg1', 'arg2'].map((name) => ({ name, required: true })),
    },
    contents: ({ arg1, arg2 }) => [{ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }],
  },
  {
    definition: {
      name: 'test_prompt_with_embedded_resource',
      description: 'A prompt with a resource in it',
      arguments: [{ name: 'resourceUri', required: true }],
    },
    contents: ({ resourceUri = '' }) => [
      {
        type: 'resource',
        resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
      },
      { type: 'text', text: 'Please process the embedded resource above.' },
    ],
  },
  {
    definition: { name: 'test_prompt_with_image', description: 'A prompt with an image in it' },
    contents: () => [
      { type: 'image', data: redPixelPng, mimeType: 'image/png' },
      { type: 'text', text: 'Please analyze the image above.' },
    ],
  },
];

type Content = GetPromptResult['messages'][number]['content'];

export const prompts: Prompt[] = fixturePrompts.map(({ definition }) => definition);

/** A prompt with its arguments filled in, or undefined where there is none of this name. */
export function getPrompt(name: string, promptArguments: Texts): GetPromptResult | undefined {
  const prompt = fixturePrompts.find(({ definition }) => definition.name === name);
  return prompt && { messages: prompt.contents(promptArguments).map((content) => ({ role: 'user', content })) };
}
