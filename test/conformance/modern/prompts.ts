import { acceptedContent, completable, inputRequired, type McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { png } from './samples.ts';

const contextForm = z.object({ context: z.string() });
const places = ['paris', 'park', 'party', 'testing'];

export function registerPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'One message' }, () => ({
    messages: [said('This is a simple prompt for testing.')],
  }));

  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'A message with two arguments in it',
      argsSchema: z.object({
        arg1: completable(z.string().describe('First test argument'), (value) =>
          places.filter((place) => place.startsWith(value)),
        ),
        arg2: z.string().describe('Second test argument'),
      }),
    },
    ({ arg1, arg2 }) => ({ messages: [said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  );

  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'A resource and a message', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'resource',
            resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
          },
        },
        said('Please process the embedded resource above.'),
      ],
    }),
  );

  server.registerPrompt('test_prompt_with_image', { description: 'An image and a message' }, () => ({
    messages: [
      { role: 'user', content: { type: 'image', data: png, mimeType: 'image/png' } },
      said('Please analyze the image above.'),
    ],
  }));

  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks before it answers' }, ({ mcpReq }) => {
    const answer = acceptedContent(mcpReq.inputResponses, 'user_context', contextForm);
    if (answer !== undefined) return { messages: [said(`Use this context: ${answer.context}`)] };
    const message = 'What context should the prompt use?';
    return inputRequired({ inputRequests: { user_context: inputRequired.elicit({ message, requestedSchema: contextForm }) } });
  });
}

function said(text: string) {
  return { role: 'user', content: { type: 'text', text } } as const;
}
