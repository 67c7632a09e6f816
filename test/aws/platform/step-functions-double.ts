import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';
import type { ExecutionInput } from '../../../functions/ports.ts';
import { RemoteExecutions } from '../../functions/instance-manager/remote-executions.ts';

export const stateMachineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:smartlead-mcp-test-lifecycle';

/** What EventBridge tells of an execution that has ended. */
export interface ExecutionEvent {
  source: 'aws.states';
  'detail-type': 'Step Functions Execution Status Change';
  detail: { name: string; status: 'SUCCEEDED' | 'FAILED'; input: string; error?: string };
}

/**
 * Step Functions at an endpoint of its own: the two requests that the platform makes, and the lifecycle as it is deployed, interpreted,
 * with its functions called in this process.
 */
export async function startStepFunctions(tasks: LifecycleTasks, tell: (event: ExecutionEvent) => void) {
  const executions = new RemoteExecutions(tasks);
  await executions.prepare();
  executions.onEnd((instanceId, name, state) => {
    const detail = {
      ...{ name, status: state.status === 'succeeded' ? ('SUCCEEDED' as const) : ('FAILED' as const) },
      input: JSON.stringify({ instanceId }),
      ...(state.status === 'failed' && state.error !== undefined ? { error: state.error } : {}),
    };
    tell({ source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change', detail });
  });
  const perform = async (action: string, input: Record<string, string>): Promise<[status: number, body: object]> => {
    if (action === 'StartExecution') {
      await executions.start(JSON.parse(input.input ?? '') as ExecutionInput);
      return [200, { executionArn: executionArn(input.name ?? ''), startDate: Date.now() / 1000 }];
    }
    const name = input.executionArn?.split(':').at(-1) ?? '';
    const state = await executions.describe(name);
    if (state === undefined) return [400, { __type: 'ExecutionDoesNotExist', message: 'Execution Does Not Exist' }];
    const error = state.status === 'failed' && state.error !== undefined ? { error: state.error } : {};
    const answer = { stateMachineArn, name, status: state.status.toUpperCase(), startDate: Date.now() / 1000, ...error };
    return [200, { executionArn: executionArn(name), ...answer }];
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const [status, body] = await perform(action, JSON.parse(Buffer.concat(chunks).toString('utf8')));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    executions: executions.executions,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function executionArn(name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}
