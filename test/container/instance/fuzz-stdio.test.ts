import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltInstance, buildForTest, type RunningProcess, runBuilt } from './built-instance.ts';
import { hostileText, hostileValue } from './hostile-values.ts';
import { type StubSmartlead, startStubSmartlead } from './stub-smartlead.ts';

let built: BuiltInstance;
let stub: StubSmartlead;
let started: RunningProcess[] = [];

beforeAll(async () => {
  [built, stub] = await Promise.all([buildForTest(), startStubSmartlead()]);
});
afterEach(() => {
  for (const running of started) running.process.kill('SIGKILL');
  started = [];
});
afterAll(async () => {
  await stub?.close();
  await built?.remove();
});

function startStdio(): RunningProcess {
  const running = runBuilt(built.folder, ['stdio', '--log-level', 'debug'], {
    SMARTLEAD_API_KEY: 'demo-key-of-the-fuzz',
    SMARTLEAD_CORE_URL: stub.hosts.core,
    SMARTLEAD_PROSPECT_URL: stub.hosts.prospect,
    SMARTLEAD_DELIVERY_URL: stub.hosts.delivery,
    SMARTLEAD_SENDERS_URL: stub.hosts.senders,
    SMARTLEAD_RATE_LIMIT: 'off',
  });
  started.push(running);
  return running;
}

const message = fc.record(
  {
    jsonrpc: fc.constantFrom('2.0', '2.0', '2.0', '1.0'),
    id: fc.oneof(fc.nat(), fc.string({ maxLength: 8 }), fc.constant(null)),
    method: fc.oneof(
      fc.constantFrom('ping', 'tools/list', 'tools/call', 'notifications/cancelled', 'server/discover'),
      hostileText,
    ),
    params: fc.oneof(
      hostileValue,
      fc.record({ name: fc.constantFrom('campaigns_get_all', 'x'), arguments: hostileValue }),
      fc.record({ requestId: fc.oneof(fc.nat(), hostileValue) }),
    ),
  },
  { requiredKeys: [] },
);
/** A line without a line break in it. */
const line = fc.oneof(
  { arbitrary: message.map((value) => Buffer.from(JSON.stringify(value))), weight: 5 },
  { arbitrary: fc.array(message, { maxLength: 5 }).map((value) => Buffer.from(JSON.stringify(value))), weight: 1 },
  { arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10))), weight: 2 },
  { arbitrary: hostileText.map((text) => Buffer.from(text.replaceAll('\n', ' '))), weight: 1 },
);

/** Lines written in pieces that end anywhere, also within a character. */
async function write(running: RunningProcess, bytes: Buffer, cuts: number[]): Promise<void> {
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    running.process.stdin.write(bytes.subarray(from, place));
    from = place;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('stdio', { timeout: 120_000 }, () => {
  it('answers every line that can be answered and prints nothing else, whatever is written and however it is cut', async () => {
    const running = startStdio();
    running.process.stdin.write(
      '{"jsonrpc":"2.0","id":"first","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"fuzz","version":"0"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n',
    );
    await running.waitFor(/"id":"first"/);
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        async (lines, cuts) => {
          round += 1;
          const marker = `marker-${round}`;
          const ping = Buffer.from(`{"jsonrpc":"2.0","id":"${marker}","method":"ping"}`);
          const bytes = Buffer.concat([...lines, ping].flatMap((bytesOfLine) => [bytesOfLine, Buffer.from('\n')]));
          await write(running, bytes, cuts);
          await running.waitFor(new RegExp(`"id":"${marker}"`));
        },
      ),
      { numRuns: 150 },
    );
    running.process.stdin.end();
    expect(await running.ended).toBe(0);
    for (const text of running.stdout().trimEnd().split('\n')) {
      const answer = JSON.parse(text);
      for (const one of [answer].flat()) expect(one.jsonrpc).toBe('2.0');
    }
    expect(running.stdout() + running.stderr()).not.toContain('demo-key-of-the-fuzz');
    expect(running.stderr()).not.toMatch(/Unhandled|Uncaught|failed inside/);
  });

  it('ends in order at any end of its input, also in the middle of a character', async () => {
    const whole = Buffer.from(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"leads_get_by_email","arguments":{"email":"ü🚀@x.de"}}}\n',
    );
    await Promise.all(
      [1, 30, whole.indexOf('ü') + 1, whole.indexOf('🚀') + 2, whole.length - 1].map(async (length) => {
        const running = startStdio();
        running.process.stdin.end(whole.subarray(0, length));
        expect(await running.ended).toBe(0);
        for (const text of running.stdout().split('\n').filter(Boolean)) expect(JSON.parse(text).jsonrpc).toBe('2.0');
      }),
    );
  });
});
