import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  FeatureFailed,
  InvalidRequest,
  ResourceNotFound,
  UnknownFeature,
} from '../../../../container/instance/features/feature-errors.ts';
import type { CallContext, CallOutcome } from '../../../../container/instance/features/mcp-features.ts';
import { createModernDoor, createModernDoorFor } from '../../../../container/instance/protocol/modern/create-modern-door.ts';
import { createModernService } from '../../../../container/instance/protocol/modern/modern-service.ts';
import { readPlainRequest } from '../../../../container/instance/protocol/modern/plain-request.ts';
import { SmartleadError } from '../../../../container/instance/smartlead/smartlead-error.ts';
import { answerResult, failureResult } from '../../../../container/instance/tools/tool-result.ts';
import { type RawAnswer, rawRequest } from '../raw-http.ts';
import { done, type FakeFeatures, fakeFeatures } from './fake-features.ts';
import { revision } from './modern-request.ts';
import { type ServedDoor, serveDoor } from './serve-door.ts';

type Behaviour = (context: CallContext) => CallOutcome | Promise<CallOutcome>;

const result = (value: CallOutcome & { kind: 'result' }) => value;
const link = { type: 'resource_link' as const, uri: 'a://b', name: 'b', description: 'B', mimeType: 'text/csv', size: 7 };

/** Everything a call can come to. */
const behaviours: Record<string, Behaviour> = {
  'answers text': () => done('Grüße 🚀 "\u2028'),
  'answers rows': () => result({ kind: 'result', result: answerResult({ structured: { items: [{ id: 1 }] }, links: [link] }) }),
  'answers much': () =>
    result({ kind: 'result', result: answerResult({ structured: { text: 'ü'.repeat(5_000) }, isError: true }) }),
  'answers with _meta': () =>
    result({ kind: 'result', result: { _meta: { 'com.example/a': 1 }, content: [{ type: 'text', text: 'x' }] } }),
  'fails as a result': () => ({ kind: 'result', result: failureResult(new SmartleadError('smartlead_refused', 'No.')) }),
  'tells how far it is': async ({ progress }) => {
    progress(1, 3);
    progress(1, 3, 'again');
    await new Promise((resolve) => setTimeout(resolve, 2));
    progress(2.5, undefined, 'two');
    return done();
  },
  asks: ({ asks }) => (asks === 'protocol' ? { kind: 'question', question: { message: 'Really?' } } : done('by argument')),
  'is not there': () => {
    throw new UnknownFeature('no such tool');
  },
  'makes no sense': () => {
    throw new InvalidRequest('no sense');
  },
  'lacks a resource': () => {
    throw new ResourceNotFound('a://c');
  },
  'fails at Smartlead': () => {
    throw new FeatureFailed('Too many.', { code: 'smartlead_rate_limited', retryable: true, nextStep: 'Wait.' });
  },
  'fails inside': async () => {
    throw new TypeError('inner words');
  },
};

let behaviour: Behaviour = () => done();
let features: FakeFeatures;
let direct: ServedDoor;
let sdk: ServedDoor;
const faults: string[] = [];
const log = { write: ({ message }: { message: string }) => void faults.push(message), flush: () => undefined };
beforeAll(async () => {
  features = fakeFeatures((context) => behaviour(context));
  direct = await serveDoor(createModernDoor(features, { log }));
  sdk = await serveDoor(createModernDoorFor((loaded) => createModernService(loaded, features, log), { log }));
});
afterAll(async () => {
  await direct.close();
  await sdk.close();
});
beforeEach(() => {
  features.calls.length = 0;
});

const prefix = 'io.modelcontextprotocol/';

interface Asked {
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/** One of the usual values most of the time, else one of the odd ones; `undefined` leaves the member out. */
function mostly<T>(usual: readonly T[], odd: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 25, arbitrary: fc.constantFrom<unknown>(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

const odd = [undefined, null, 0, 1.5, '', 'x', true, [], {}, [{}]];
const clients = [
  undefined,
  { name: 'n8n', version: '1' },
  { name: 'a', version: '', title: 'A', websiteUrl: 'x', description: '', icons: [{ src: 's', sizes: ['any'], theme: 'dark' }] },
  { name: 'with more', version: '2', more: [1] },
];
const capabilities = [
  {},
  { elicitation: {} },
  { elicitation: { form: { applyDefaults: true }, url: {} }, roots: { listChanged: true }, sampling: { tools: {} } },
  { elicitation: { url: {} }, experimental: { a: { b: [1] } }, extensions: { 'com.example/x': {} }, unknown: {} },
];
const oddCapabilities = [
  ...odd,
  { elicitation: null },
  { elicitation: { form: 1 } },
  { elicitation: { form: { applyDefaults: 'yes' } } },
  { roots: { listChanged: 'no' } },
  { sampling: { tools: 1 } },
  { experimental: { a: 1 } },
  { extensions: { a: [] } },
];

const metas = fc.record({
  [`${prefix}protocolVersion`]: mostly([revision], [...odd, '2027-01-01', '2025-11-25']),
  [`${prefix}clientInfo`]: mostly(clients, [
    ...odd,
    { name: 1, version: '1' },
    { name: 'a' },
    { name: 'a', version: '1', icons: [{}] },
  ]),
  [`${prefix}clientCapabilities`]: mostly(capabilities, oddCapabilities),
  [`${prefix}logLevel`]: mostly([undefined], ['info', 'loud', 1]),
  [`${prefix}related-task`]: mostly([undefined], [{}, { taskId: 'a' }]),
  progressToken: mostly([undefined, 'p', 7], [...odd, 2 ** 60]),
  'com.example/other': mostly([undefined, { a: 1 }], [null]),
});

const requests: fc.Arbitrary<Asked> = fc
  .record({
    method: mostly(['tools/call', 'tools/call', 'tools/list'], ['tools/Call', 'prompts/list', 'server/discover', '', undefined]),
    id: mostly([1, 'x', 0, 'ü"'], [...odd, 2 ** 53, -1]),
    jsonrpc: mostly(['2.0'], [undefined, '1.0', 2]),
    meta: fc.oneof({ weight: 40, arbitrary: metas }, { weight: 1, arbitrary: fc.constantFrom(...odd) }),
    name: mostly(['act', 'other'], [...odd, '=?base64?YWN0?=', 'Grüße']),
    arguments: mostly([undefined, {}, { a: { b: [1, null] }, __proto__: 1 }], odd),
    more: mostly(
      [undefined],
      [{ cursor: 'c' }, { cursor: 1 }, { task: {} }, { requestState: 'x' }, { inputResponses: {} }, { a: 1 }],
    ),
    member: mostly([undefined], [{ error: {} }, { result: {} }, { extra: 1 }, { params: [] }, { params: undefined }]),
    versionHeader: mostly([undefined], ['-', '2025-11-25', '2027-01-01', ` ${revision} `]),
    methodHeader: mostly([undefined], ['-', 'tools/list', 'tools/call', 'TOOLS/CALL', '']),
    nameHeader: mostly([undefined], ['-', 'act', 'ACT', '', '=?base64?YWN0?=', '=?base64?!?=', '=?', ' act ']),
    contentType: mostly(
      ['application/json', 'application/json; charset=utf-8'],
      ['Application/JSON', 'application/json;a,b', 'application/json ;'],
    ),
    requestId: mostly([undefined, 'req.1'], ['no id!']),
  })
  .map((asked) => {
    const { method, id, jsonrpc, meta, more, member } = asked;
    const call = method === 'tools/list' ? {} : { name: asked.name, arguments: asked.arguments };
    const params = { ...call, _meta: meta, ...(more as object | undefined) };
    const header = (given: unknown, usual: unknown) => (given === '-' ? undefined : (given ?? usual));
    const headers = {
      'content-type': asked.contentType,
      'mcp-protocol-version': header(asked.versionHeader, revision),
      'mcp-method': header(asked.methodHeader, method),
      'mcp-name': header(asked.nameHeader, method === 'tools/list' ? undefined : asked.name),
      'x-request-id': asked.requestId,
    };
    const present = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    // As the parser of HTTP does.
    const trimmed = Object.fromEntries(present.map(([name, value]) => [name, value.trim()]));
    return { headers: trimmed, body: { jsonrpc, id, method, params, ...(member as object | undefined) } };
  });

async function ask(door: ServedDoor, { headers, body }: Asked) {
  const from = { calls: features.calls.length, faults: faults.length };
  const answer = await rawRequest(door.url, { method: 'POST', headers, body: JSON.stringify(body) });
  const calls = features.calls.slice(from.calls).map(({ name, callArguments, context }) => ({
    name,
    callArguments,
    asks: context.asks,
    session: context.session,
    requestId: headers['x-request-id'] === 'req.1' ? context.requestId : typeof context.requestId,
    confirmation: context.confirmation,
  }));
  return { ...comparable(answer), calls, faults: faults.slice(from.faults) };
}

/** An answer without what is another one each time, and without the order of members, which means nothing. */
function comparable({ status, headers: { date: _date, ...headers }, text }: RawAnswer) {
  const fixed = text.replace(/"requestState":"[^"]+"/, '"requestState":""');
  const messages: unknown[] = [];
  const frame = fixed.replaceAll(/^(data: )?({.*})$/gm, (_line, field = '', json: string) => {
    messages.push(JSON.parse(json));
    return `${field}${json.length} characters`;
  });
  return { status, headers, frame, messages };
}

const many = (times: number) => times > 100;

describe('a request that goes the direct way', () => {
  it('is answered as the SDK answers it, byte for byte but for the order of members', async () => {
    const ways = { direct: 0, sdk: 0 };
    const reads = fc.asyncProperty(requests, fc.constantFrom(...Object.values(behaviours)), async (asked, chosen) => {
      behaviour = chosen;
      const { headers, body } = asked;
      const plain = readPlainRequest(headers, JSON.parse(JSON.stringify(body))) !== undefined;
      ways[plain ? 'direct' : 'sdk'] += 1;
      expect(await ask(direct, asked)).toEqual(await ask(sdk, asked));
    });
    await fc.assert(reads, { numRuns: 600 });
    expect(ways).toEqual({ direct: expect.toSatisfy(many), sdk: expect.toSatisfy(many) });
  }, 240_000);

  it.each(Object.keys(behaviours))('and whose tool %s is answered as by the SDK, with progress and without', async (name) => {
    behaviour = behaviours[name] as Behaviour;
    for (const progressToken of [undefined, 'p']) {
      for (const elicitation of [undefined, {}]) {
        const clientCapabilities = { elicitation };
        const _meta = {
          [`${prefix}protocolVersion`]: revision,
          [`${prefix}clientCapabilities`]: clientCapabilities,
          progressToken,
        };
        const params = { name: 'act', arguments: {}, _meta };
        const asked = {
          headers: {
            'content-type': 'application/json',
            'mcp-protocol-version': revision,
            'mcp-method': 'tools/call',
            'mcp-name': 'act',
          },
          body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
        };
        expect(readPlainRequest(asked.headers, JSON.parse(JSON.stringify(asked.body)))).toBeDefined();
        expect(await ask(direct, asked)).toEqual(await ask(sdk, asked));
      }
    }
  });
});
