import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRead, operations } from '../../../container/instance/catalogue/catalogue.ts';
import type { Operation } from '../../../container/instance/catalogue/operation.ts';
import { sampleArguments } from './sample-arguments.ts';
import { apiKey, callTool, connectClient, type RunningInstance, startInstance } from './start-instance.ts';

const reads = operations.filter(isRead);

/** The request that the catalogue describes, built without the code under test. */
function expectedRequest(operation: Operation, callArguments: Record<string, unknown>) {
  const hostPath = { core: '', prospect: '/search-email-leads', delivery: '', senders: '' }[operation.host];
  const place = (where: string) =>
    operation.params.filter((parameter) => parameter.in === where && parameter.name in callArguments);
  let path = operation.path;
  for (const { name } of place('path')) path = path.split(`{${name}}`).join(encodeURIComponent(String(callArguments[name])));
  const query: [string, string][] = place('query').map(({ name }) => [name, String(callArguments[name])]);
  const body = Object.fromEntries(place('body').map(({ name }) => [name, callArguments[name]]));
  return {
    method: operation.method,
    path: `/${operation.host}/api/v1${hostPath}${path}`,
    query: [...query, ['api_key', apiKey]].sort(),
    body: operation.method === 'GET' ? undefined : body,
  };
}

describe('every read operation of the catalogue', () => {
  let running: RunningInstance;
  let client: Client;
  beforeAll(async () => {
    running = await startInstance();
    client = await connectClient(running.url);
  });
  afterAll(async () => {
    await client.close();
    await running.close();
  });
  beforeEach(() => {
    running.stub.requests.length = 0;
    running.stub.answer = () => ({ body: { id: 1, name: 'Ünïcode 🚀' } });
  });

  it('is one of 115', () => expect(reads).toHaveLength(115));

  it.each(
    reads.flatMap((operation) => [
      { id: operation.id, which: 'required' as const, operation },
      { id: operation.id, which: 'all' as const, operation },
    ]),
  )('$id leaves as described, with $which arguments', async ({ operation, which }) => {
    const callArguments = sampleArguments(operation, which);
    const result = await callTool(client, operation.id.replace(/[/-]/g, '_'), callArguments);
    expect(result).toMatchObject({ isError: false, value: { id: 1, name: 'Ünïcode 🚀' } });
    expect(JSON.parse(result.text)).toEqual(result.value);
    const [request, ...more] = running.stub.requests;
    expect(more).toEqual([]);
    const expected = expectedRequest(operation, callArguments);
    expect({
      method: request?.method,
      path: request?.path,
      query: [...(request?.query ?? [])].sort(),
      body: request?.body === '' ? undefined : JSON.parse(request?.body ?? ''),
    }).toEqual(expected);
    expect(request?.headers['content-type']).toBe(expected.body === undefined ? undefined : 'application/json');
    expect(JSON.stringify(request?.headers)).not.toContain(encodeURIComponent(apiKey));
  });
});
