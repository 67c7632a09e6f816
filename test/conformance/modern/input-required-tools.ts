import {
  acceptedContent,
  type CallToolResult,
  type InputRequest,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

/** What the tools that ask twice, or that check what comes back, remember between two rounds. */
interface RoundState {
  round: string;
  name?: string;
}

export type StateCodec = RequestStateCodec<RoundState>;

const nameForm = z.object({ name: z.string() });
const colorForm = z.object({ color: z.string() });
const okForm = z.object({ ok: z.boolean() });

/** Tools that need something from the client before they can answer: a form, a completion, the roots, or several of them. */
export function registerInputRequiredTools(server: McpServer, codec: StateCodec): void {
  const register = (name: string, run: (context: ServerContext) => Promise<CallToolResult | ReturnType<typeof inputRequired>>) =>
    server.registerTool(`test_input_required_result_${name}`, { description: 'Asks the client for input' }, run);

  register('elicitation', async ({ mcpReq }) => {
    const answer = acceptedContent(mcpReq.inputResponses, 'user_name', nameForm);
    if (answer !== undefined) return said(`Hello, ${answer.name}!`);
    return inputRequired({ inputRequests: { user_name: askName('What is your name?') } });
  });

  register('sampling', async ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, 'capital_question');
    if (answer.kind === 'sampling') return said(JSON.stringify(answer.result.content));
    return inputRequired({ inputRequests: { capital_question: askModel('What is the capital of France?', 100) } });
  });

  register('list_roots', async ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, 'client_roots');
    if (answer.kind === 'roots') return said(answer.roots.map(({ uri }) => uri).join(', '));
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });

  for (const name of ['request_state', 'tampered_state']) {
    register(name, async ({ mcpReq }) => {
      const state = mcpReq.requestState<RoundState>();
      const answer = acceptedContent(mcpReq.inputResponses, 'confirm', okForm);
      if (state?.round === name && answer !== undefined) return said('state-ok: the state is the one that was sent');
      return inputRequired({
        inputRequests: { confirm: inputRequired.elicit({ message: 'Please confirm', requestedSchema: okForm }) },
        requestState: await codec.mint({ round: name }),
      });
    });
  }

  register('multiple_inputs', async ({ mcpReq }) => {
    const name = acceptedContent(mcpReq.inputResponses, 'user_name', nameForm);
    const greeting = inputResponse(mcpReq.inputResponses, 'greeting');
    const roots = inputResponse(mcpReq.inputResponses, 'client_roots');
    if (name !== undefined && greeting.kind === 'sampling' && roots.kind === 'roots') {
      return said(`${JSON.stringify(greeting.result.content)} ${name.name}, ${roots.roots.length} roots`);
    }
    return inputRequired({
      inputRequests: {
        user_name: askName('What is your name?'),
        greeting: askModel('Generate a greeting', 50),
        client_roots: inputRequired.listRoots(),
      },
      requestState: await codec.mint({ round: 'multiple' }),
    });
  });

  register('multi_round', async ({ mcpReq }) => {
    const state = mcpReq.requestState<RoundState>();
    const name = acceptedContent(mcpReq.inputResponses, 'step1', nameForm);
    const color = acceptedContent(mcpReq.inputResponses, 'step2', colorForm);
    if (state?.round === 'second' && color !== undefined) return said(`${state.name} likes ${color.color}`);
    if (state?.round === 'first' && name !== undefined) {
      const message = 'Step 2: What is your favorite color?';
      return inputRequired({
        inputRequests: { step2: inputRequired.elicit({ message, requestedSchema: colorForm }) },
        requestState: await codec.mint({ round: 'second', name: name.name }),
      });
    }
    return inputRequired({
      inputRequests: { step1: askName('Step 1: What is your name?') },
      requestState: await codec.mint({ round: 'first' }),
    });
  });

  register('capabilities', async ({ mcpReq }) => {
    if (Object.keys(mcpReq.inputResponses ?? {}).length > 0) return said('answered');
    const capabilities: object = Reflect.get(mcpReq.envelope ?? {}, 'io.modelcontextprotocol/clientCapabilities') ?? {};
    const inputRequests: Record<string, InputRequest> = {
      ...('elicitation' in capabilities ? { form: askName('Who are you?') } : {}),
      ...('sampling' in capabilities ? { completion: askModel('Say something', 50) } : {}),
    };
    return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : said('There is nothing to ask you with');
  });
}

function askName(message: string) {
  return inputRequired.elicit({ message, requestedSchema: nameForm });
}

function askModel(question: string, maxTokens: number) {
  return inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: question } }], maxTokens });
}

function said(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}
