import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../../container/instance/catalogue/catalogue.ts';
import type { Operation, Parameter } from '../../../container/instance/catalogue/operation.ts';
import { toolName } from '../../../container/instance/catalogue/tool-name.ts';
import { InvalidRequest, UnknownFeature } from '../../../container/instance/features/feature-errors.ts';
import type { CallContext, CallOutcome } from '../../../container/instance/features/mcp-features.ts';
import { errorKinds } from '../../../container/instance/smartlead/smartlead-error.ts';
import { hostileObject, hostileText, hostileValue, nearly } from './hostile-values.ts';
import { rawRequest } from './raw-http.ts';
import { sampleArguments } from './sample-arguments.ts';
import { apiKey, authorization, type RunningInstance, startInstance, token } from './start-instance.ts';

let running: RunningInstance;

beforeAll(async () => {
  running = await startInstance();
  // The worst Smartlead: it repeats the key it was given wherever it can.
  running.stub.answer = ({ query, path }) => ({ body: { success: true, echoed: path, query, note: `api_key=${apiKey}` } });
});
afterAll(() => running.close());

const context = (): CallContext => ({
  signal: AbortSignal.timeout(20_000),
  requestId: 'fuzz',
  session: 'fuzz',
  asks: 'argument',
  progress: () => undefined,
});

const secrets = [apiKey, encodeURIComponent(apiKey), token];

/** What holds for every outcome, whatever was asked. */
function expectWellFormed({ kind, ...outcome }: CallOutcome): Record<string, unknown> {
  expect(kind).toBe('result');
  const { result } = outcome as CallOutcome & { kind: 'result' };
  expect(result.content.length).toBeGreaterThan(0);
  expect(result.structuredContent).toBeTypeOf('object');
  const text = JSON.stringify(result);
  for (const secret of secrets) expect(text).not.toContain(secret);
  if (result.isError === true && 'code' in (result.structuredContent ?? {})) {
    expect(Object.keys(errorKinds)).toContain(result.structuredContent?.code);
    expect(result.structuredContent?.code).not.toBe('internal_error');
  }
  return result.structuredContent as Record<string, unknown>;
}

const toolNames = () => running.instance.features.tools.list.tools.map(({ name }) => name);

describe('every tool, with any input', { timeout: 120_000 }, () => {
  it('answers any object with a well-formed result', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), hostileObject, async (choice, callArguments) => {
        const names = toolNames();
        const name = names[choice % names.length] as string;
        expectWellFormed(await running.instance.features.tools.call(name, callArguments, context()));
      }),
      { numRuns: 600 },
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('answers valid input with one thing wrong with a well-formed result, and sends nothing where it refuses it', async () => {
    const operation = fc.constantFrom(...operations);
    const input = fc
      .tuple(operation, fc.constantFrom<'required' | 'all'>('required', 'all'))
      .chain(([chosen, which]) => fc.tuple(fc.constant(chosen), nearly(sampleArguments(chosen, which))));
    await fc.assert(
      fc.asyncProperty(input, async ([chosen, callArguments]) => {
        const sentBefore = running.stub.requests.length;
        const content = expectWellFormed(
          await running.instance.features.tools.call(toolName(chosen.id), callArguments, context()),
        );
        if (content.code === 'invalid_arguments') expect(running.stub.requests.length).toBe(sentBefore);
        for (const { path } of running.stub.requests.slice(sentBefore)) expect(path).not.toMatch(/\/\.\.?(?:\/|$)|[\r\n\0]/);
      }),
      { numRuns: 800 },
    );
  });

  it('refuses what is certainly wrong, by name, and sends nothing', async () => {
    const cases = operations.flatMap((operation) => operation.params.map((parameter) => ({ operation, parameter })));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...cases), hostileText, async ({ operation, parameter }, key) => {
        for (const wrong of certainlyWrong(operation, parameter, key)) {
          const sentBefore = running.stub.requests.length;
          const content = expectWellFormed(await running.instance.features.tools.call(toolName(operation.id), wrong, context()));
          expect(content).toMatchObject({ code: 'invalid_arguments' });
          expect(running.stub.requests.length).toBe(sentBefore);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('knows no tool by a name that is none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(hostileText, fc.constantFrom('toString', '__proto__', 'constructor')),
        hostileObject,
        async (name, input) => {
          const error = await running.instance.features.tools.call(name, input, context()).catch((thrown: unknown) => thrown);
          expect(error instanceof UnknownFeature || error instanceof InvalidRequest).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Arguments that no reading of the catalogue allows: a required one missing, one of a type that cannot be meant, one nobody knows. */
function certainlyWrong(operation: Operation, parameter: Parameter, key: string): Record<string, unknown>[] {
  const valid = sampleArguments(operation, 'required');
  const wrong: Record<string, unknown>[] = [{ ...valid, [`unknown ${key.slice(0, 20)}`]: 1 }];
  if (parameter.required) {
    const { [parameter.name]: _left, ...rest } = valid;
    wrong.push(rest);
  }
  const types = [parameter.type].flat();
  if (!types.includes('any') && !types.includes('object')) wrong.push({ ...valid, [parameter.name]: { deep: [1] } });
  return wrong;
}

describe('a tools/call through the doors, with any params', { timeout: 120_000 }, () => {
  it('is answered with JSON-RPC that belongs to it, and without secrets', async () => {
    const headers = { ...authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const post = (body: string | Buffer, more: Record<string, string> = {}) =>
      rawRequest(`${running.url}/mcp`, { method: 'POST', headers: { ...headers, ...more }, body });
    const initialize = {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'fuzz', version: '0' } },
    };
    const opened = await post(JSON.stringify(initialize));
    const session = { 'mcp-session-id': String(opened.headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' };
    await post('{"jsonrpc":"2.0","method":"notifications/initialized"}', session);
    let id = 0;
    const params = fc.oneof(
      hostileValue,
      fc.record({
        name: fc.oneof(fc.constantFrom('campaigns_get_all', 'leads_get_by_email'), hostileText),
        arguments: hostileValue,
      }),
      fc.record({
        name: fc.constantFrom('campaigns_create', 'campaigns_add_leads'),
        arguments: hostileObject,
        _meta: hostileValue,
      }),
    );
    await fc.assert(
      fc.asyncProperty(params, async (value) => {
        id += 1;
        const text = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${JSON.stringify(value)}}`;
        const answer = await post(Buffer.from(text), session);
        for (const secret of secrets) expect(answer.text).not.toContain(secret);
        const data = answer.headers['content-type']?.startsWith('text/event-stream')
          ? (answer.text.split('\n').findLast((line) => line.startsWith('data: {')) ?? '').slice('data: '.length)
          : answer.text;
        const message = JSON.parse(data);
        expect(message.jsonrpc).toBe('2.0');
        if (answer.status === 200) expect(message.id).toBe(id);
        else expect(answer.status).toBe(400);
        if (message.error !== undefined) expect(message.error.code).toBeOneOf([-32600, -32602, -32700]);
        else expect(message.result.content.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
    const healthy = await post('{"jsonrpc":"2.0","id":"after","method":"ping"}', session);
    expect(JSON.parse(healthy.text)).toMatchObject({ id: 'after', result: {} });
    expect(running.log()).not.toContain('Unhandled');
  });
});
