import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { longestAssignmentBody, longestIdentityBody, warmPaths } from '../../../../core/warm-assignment.ts';
import { assignWarmProcess, identifyWarmProcess } from '../../../../functions/adapters/warm-pool/assign-warm-process.ts';
import { type BuiltInstance, buildForTest } from '../built-instance.ts';
import { rawRequest } from '../raw-http.ts';
import {
  configuration,
  makeAssignment,
  plantedKey,
  plantedToken,
  post,
  startWarm,
  type WarmProcessUnderTest,
} from './warm-process.ts';

let built: BuiltInstance;
let started: WarmProcessUnderTest[] = [];

beforeAll(async () => {
  built = await buildForTest();
});
afterEach(async () => {
  for (const { running } of started) running.process.kill('SIGKILL');
  await Promise.all(started.map(({ running }) => running.ended));
  started = [];
});
afterAll(() => built.remove());

async function start(...options: string[]): Promise<WarmProcessUnderTest> {
  const warm = await startWarm(built, ...options);
  started.push(warm);
  return warm;
}

const assign = (warm: WarmProcessUnderTest) => assignWarmProcess(warm, { configuration: configuration() }, warm.keys);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: { failure?: string }) => error.failure ?? String(error),
  );
const bearer = { authorization: `Bearer ${plantedToken}` };

/** Shows that whatever happened before, the process is still the control plane's to assign. */
async function expectAssignable(warm: WarmProcessUnderTest): Promise<void> {
  await assign(warm);
  expect((await rawRequest(`${warm.address}/readyz`)).status).toBe(200);
}

describe('a process that waits', () => {
  it('tells that it lives and that it is not ready, and has no other doors than the two of the pool', async () => {
    const { address } = await start();
    expect(await rawRequest(`${address}/healthz`)).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await rawRequest(`${address}/readyz`)).toMatchObject({ status: 503, text: 'not assigned\n' });
    for (const path of ['/metrics', '/mcp', '/sse', '/messages', '/warm', '/']) {
      expect((await rawRequest(`${address}${path}`)).status).toBe(404);
      expect((await post(address, path, {})).status).toBe(404);
    }
    for (const path of Object.values(warmPaths)) expect((await rawRequest(`${address}${path}`)).status).toBe(405);
  });

  it('proves who it is as often as it is asked, and is none the less assigned', async () => {
    const warm = await start();
    await identifyWarmProcess(warm, warm.keys);
    await Promise.all(Array.from({ length: 20 }, () => identifyWarmProcess(warm, warm.keys)));
    // Whoever asked may be gone since: nothing of it is remembered.
    await expectAssignable(warm);
  });

  it('proves nothing to a pool of another secret, and not for another process', async () => {
    const warm = await start();
    const stranger = { ...warm.keys, poolSecret: randomBytes(32) };
    expect(await failure(identifyWarmProcess(warm, stranger))).toBe('not-authentic');
    expect(await failure(identifyWarmProcess({ ...warm, id: 'wrm_other' }, warm.keys))).toBe('not-authentic');
  });
});

describe('an assignment', () => {
  it('makes it serve at the same address, and leaves no door of the pool', async () => {
    const warm = await start();
    await assign(warm);
    expect(await rawRequest(`${warm.address}/readyz`)).toMatchObject({ status: 200, text: 'ready\n' });
    expect((await post(warm.address, '/mcp', {})).status).toBe(401);
    for (const path of Object.values(warmPaths)) {
      expect((await post(warm.address, path, {})).status).toBe(401);
      expect((await post(warm.address, path, {}, bearer)).status).toBe(404);
    }
    expect(await failure(assign(warm))).toBe('taken');
    expect(warm.running.stdout()).toMatch(/^\{"event":"warm","port":(\d+)\}\n\{"event":"listening","port":\1\}\n$/);
  });

  it('happens once, however many rivals there are', async () => {
    const warm = await start();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => failure(assign(warm))));
    // The connections of the others are closed, or they are told.
    expect(outcomes.filter((outcome) => outcome === 'none')).toHaveLength(1);
    expect(outcomes.filter((outcome) => !['none', 'taken', 'unreachable'].includes(outcome))).toEqual([]);
  });

  it('is answered with a proof that only who opened it can give', async () => {
    const warm = await start();
    const answer = await post(warm.address, warmPaths.assignment, await makeAssignment(warm));
    expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(JSON.parse(answer.text)).toEqual({ protocol: 1, proof: expect.stringMatching(/^[\w-]{43}$/) });
  });

  it('ends the process where it is authentic and nothing that can be served; the answer names fields, never values', async () => {
    const warm = await start();
    const plaintext = JSON.stringify({ configuration: { ...configuration(), mode: 'canary-mode', processes: 99 } });
    const answer = await post(warm.address, warmPaths.assignment, await makeAssignment(warm, { plaintext }));
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('configuration.mode, configuration.processes');
    expect(await warm.running.ended).toBe(1);
    expect(answer.text + warm.running.stderr()).not.toMatch(/canary/);
  });

  it.each(['', 'null', '{', '{"configuration":'])('of the text %j ends the process, too', async (plaintext) => {
    const warm = await start();
    expect((await post(warm.address, warmPaths.assignment, await makeAssignment(warm, { plaintext }))).status).toBe(422);
    expect(await warm.running.ended).toBe(1);
  });
});

describe('what is refused', () => {
  const flip = (text: string, index: number) => text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1);

  it('is every assignment that is not from the control plane to this very process, and it is assignable none the less', async () => {
    const [warm, other] = [await start(), await start()];
    const good = await makeAssignment(warm);
    const bad: [string, object][] = [
      ['meant for another process', await makeAssignment(other)],
      ['signed by another', await makeAssignment(warm, { signingKey: generateKeyPairSync('ed25519').privateKey })],
      ['sealed without the pool’s secret', await makeAssignment(warm, { poolSecret: randomBytes(32) })],
      ['for another name', await makeAssignment(warm, { view: { processId: 'wrm_other' } })],
      // What a relay would pass on: the control plane believes the process to be elsewhere.
      ['for another address', await makeAssignment(warm, { view: { address: '127.0.0.1:1' } })],
      ['for an earlier life', await makeAssignment(warm, { view: { nonce: randomBytes(32) } })],
      ['another challenge', { ...good, challenge: randomBytes(32).toString('base64url') }],
      ['another key', { ...good, publicKey: randomBytes(32).toString('base64url') }],
      ['a key without a secret', { ...good, publicKey: Buffer.alloc(32).toString('base64url') }],
      ['another signature', { ...good, signature: randomBytes(64).toString('base64url') }],
      ['nothing sealed', { ...good, sealed: 'AA' }],
      ['a changed seal', { ...good, sealed: flip(good.sealed, 40) }],
      ['a cut seal', { ...good, sealed: good.sealed.slice(0, -8) }],
      ['the seal of another', { ...good, sealed: (await makeAssignment(warm)).sealed }],
    ];
    for (const [what, message] of bad) {
      const { status, text } = await post(warm.address, warmPaths.assignment, message);
      expect({ what, status, text: JSON.parse(text).error.message }).toEqual({
        what,
        status: 403,
        text: 'This is no assignment of this process',
      });
    }
    expect((await post(warm.address, warmPaths.assignment, good)).status).toBe(200);
    // The same once more: whoever recorded it gains nothing.
    expect((await post(warm.address, warmPaths.assignment, good, bearer)).status).toBe(404);
    await expect.poll(() => warm.running.stderr().match(/was refused: not authentic; \d+ so far/g)?.length).toBe(4);
    await expectAssignable(other);
  });

  it('is what does not have the form, is too long, or no JSON, with as little said', async () => {
    const warm = await start();
    const good = await makeAssignment(warm);
    const { signature: _, ...unsigned } = good;
    const malformed: [string, unknown][] = [
      ...[{}, [], null, 'x', unsigned, { ...good, more: 1 }, { ...good, protocol: 2 }, { ...good, sealed: 7 }].map(
        (body): [string, unknown] => [warmPaths.assignment, body],
      ),
      [warmPaths.assignment, JSON.stringify(good).slice(0, -5)],
      [warmPaths.assignment, { ...good, challenge: good.challenge.slice(1) }],
      [warmPaths.assignment, '['.repeat(100_000)],
      [warmPaths.identity, {}],
      [warmPaths.identity, { protocol: 1, challenge: 'short' }],
      [warmPaths.identity, { protocol: 1, challenge: good.challenge, more: 1 }],
    ];
    for (const [path, body] of malformed) expect((await post(warm.address, path, body)).status).toBe(400);
    expect((await post(warm.address, warmPaths.identity, 'x'.repeat(longestIdentityBody + 1))).status).toBe(413);
    expect((await post(warm.address, warmPaths.assignment, 'x'.repeat(longestAssignmentBody + 1))).status).toBe(413);
    expect((await post(warm.address, warmPaths.assignment, good, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(warm.address, warmPaths.assignment, good, { 'content-encoding': 'gzip' })).status).toBe(415);
    await expectAssignable(warm);
  });

  it('are random bytes at both doors: no answer but a refusal, nothing told, and it is assignable none the less', {
    timeout: 120_000,
  }, async () => {
    const warm = await start();
    const good = await makeAssignment(warm);
    const text = JSON.stringify(good);
    const body = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.json(),
      fc
        .record({ protocol: fc.constantFrom(1, 2, '1'), challenge: fc.string({ maxLength: 60 }) })
        .map((value) => JSON.stringify(value)),
      fc
        .tuple(fc.nat(text.length - 1), fc.string({ maxLength: 3 }))
        .map(([at, put]) => text.slice(0, at) + put + text.slice(at + 1)),
      fc
        .tuple(fc.constantFrom(...(Object.keys(good) as (keyof typeof good)[])), fc.base64String({ maxLength: 120 }))
        .map(([key, value]) =>
          JSON.stringify({ ...good, [key]: value.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') }),
        ),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.values(warmPaths)), body, async (path, sent) => {
        // One that is as good as the right one is no attack.
        fc.pre(!isDeepEqualJson(sent, good));
        const answer = await post(warm.address, path, sent);
        expect([400, 403, 413]).toContain(answer.status);
        expect(answer.text.length).toBeLessThan(200);
      }),
      { numRuns: 300 },
    );
    await expectAssignable(warm);
  });

  it('are strangers who hold connections: the control plane gets in, and they are out once it did', async () => {
    const warm = await start();
    const port = Number(new URL(warm.address).port);
    const strangers = Array.from({ length: 100 }, (_, index) => {
      const socket = connect(port, '127.0.0.1', () => {
        if (index % 3 === 1) socket.write('POST /warm/assignment HTTP/1.1\r\nHost: x\r\nContent-');
        if (index % 3 === 2) {
          socket.write(
            'POST /warm/assignment HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{',
          );
        }
      });
      socket.on('error', () => undefined);
      return new Promise<void>((resolve) => socket.once('close', () => resolve()));
    });
    await expectAssignable(warm);
    await Promise.all(strangers);
    expect((await rawRequest(`${warm.address}/healthz`)).status).toBe(200);
  });

  it('leaves no secret in what the process prints', async () => {
    const warm = await start();
    await post(warm.address, warmPaths.assignment, await makeAssignment(warm, { view: { processId: 'x' } }));
    await assign(warm);
    const printed = warm.running.stdout() + warm.running.stderr();
    for (const secret of [plantedKey, plantedToken, warm.keys.poolSecret.toString('base64url')])
      expect(printed).not.toContain(secret);
  });
});

function isDeepEqualJson(text: string, value: object): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    return false;
  }
}
