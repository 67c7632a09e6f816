import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRead, operations } from '../../../container/instance/catalogue/catalogue.ts';
import type { Operation } from '../../../container/instance/catalogue/operation.ts';
import { toolName } from '../../../container/instance/catalogue/tool-name.ts';
import { callConfirmed } from './call-confirmed.ts';
import { sampleArguments } from './sample-arguments.ts';
import { apiKey, connectClient, type RunningInstance, startInstance } from './start-instance.ts';

/** The request that the catalogue describes, built without the code under test. */
function expectedRequest(operation: Operation, callArguments: Record<string, unknown>) {
  const hostPath = { core: '', prospect: '/search-email-leads', delivery: '', senders: '' }[operation.host];
  const place = (where: string) =>
    operation.params.filter((parameter) => parameter.in === where && parameter.name in callArguments);
  let path = operation.path;
  for (const { name } of place('path')) path = path.split(`{${name}}`).join(encodeURIComponent(String(callArguments[name])));
  const query: [string, string][] = place('query').map(({ name }) => [name, String(callArguments[name])]);
  const body = Object.fromEntries(place('body').map(({ name }) => [name, callArguments[name]]));
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(operation.method) || operation.params.some((one) => one.in === 'body');
  return {
    method: operation.method,
    path: `/${operation.host}/api/v1${hostPath}${path}`,
    query: [...query, ['api_key', apiKey]].sort(),
    body: hasBody ? body : undefined,
  };
}

describe('the request of every operation of the catalogue', () => {
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

  it('is one of 195, of which 80 write', () => {
    expect(operations).toHaveLength(195);
    expect(operations.filter((operation) => !isRead(operation))).toHaveLength(80);
  });

  it.each(
    operations.flatMap((operation) => [
      { id: operation.id, which: 'required' as const, operation },
      { id: operation.id, which: 'all' as const, operation },
    ]),
  )('$id leaves as described, with $which arguments', async ({ operation, which }) => {
    const callArguments = sampleArguments(operation, which);
    const expected = expectedRequest(operation, callArguments);
    const result = await callConfirmed(client, toolName(operation.id), { ...callArguments, repeat: true });
    expect(result).toMatchObject({ isError: false, value: { id: 1, name: 'Ünïcode 🚀' } });
    expect(JSON.parse(result.text)).toEqual(result.value);
    // What a call will do is counted by reads before it is made; the call itself leaves once.
    const sent = running.stub.requests.filter(({ method, path }) => method === expected.method && path === expected.path);
    const request = sent.at(-1);
    expect(sent).toHaveLength(1);
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
