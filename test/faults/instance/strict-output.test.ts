import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { instanceLogLineSchema } from '../../../core/instance-configuration.ts';
import { openWorkbench, type Workbench } from './instance-process.ts';

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

/** What a strict client takes: each line one JSON-RPC 2.0 message, the last one with its line break, and nothing else. */
function readStrictly(stdout: string): { id: unknown; result?: unknown; error?: { code: number } }[] {
  expect(stdout.endsWith('\n')).toBe(true);
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const message = JSON.parse(line);
      expect(message.jsonrpc).toBe('2.0');
      expect('id' in message || typeof message.method === 'string').toBe(true);
      return message;
    });
}

const call = (id: number, name: string, callArguments: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: callArguments } });

describe('standard output of stdio (PEERS 7)', () => {
  it.each([['debug'], ['info'], ['error']])(
    'holds nothing but the protocol at log level %s, whatever goes wrong',
    async (level) => {
      const answers = [
        { status: 500, body: '<html>Internal Server Error</html>' },
        { status: 200, body: 'success' },
        { drop: true },
        { status: 401, body: { error: 'Invalid API key' } },
        { status: 429, headers: { 'retry-after': '900' }, body: '' },
      ];
      let next = 0;
      bench.stub.answer = () => answers[next++ % answers.length] ?? {};
      // It warns, uses what is deprecated, and goes on warning while the server works.
      const noisy = join(bench.built.folder, 'noisy.cjs');
      writeFileSync(
        noisy,
        `process.emitWarning('a warning'); new Buffer(1); require('node:url').parse('http://[::1');
       setInterval(() => process.emitWarning('another ' + Date.now(), { code: 'N' + Date.now() }), 5).unref();`.replace(
          "require('node:url').parse('http://[::1');",
          "try { require('node:url').parse('http://[::1'); } catch {}",
        ),
      );
      const running = bench.stdio({
        commandLine: ['--log-level', level],
        environment: { NODE_OPTIONS: `--require ${noisy} --pending-deprecation --trace-warnings --trace-deprecation` },
      });
      const messages = [
        '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"strict","version":"0"}}}',
        '{"jsonrpc":"2.0","method":"notifications/initialized"}',
        'no JSON',
        call(1, 'campaigns_get_by_id', { id: 'x' }),
        call(2, 'no_such_tool'),
        ...Array.from({ length: 10 }, (_, index) => call(index + 3, 'campaigns_create', { name: `Test ${index}` })),
        call(13, 'leads_get_by_email', { email: 'a\nb@example.com' }),
        '{"jsonrpc":"2.0","id":14,"method":"tools/list"}',
        '{"jsonrpc":"2.0","id":15,"method":"no/such/method"}',
      ];
      running.process.stdin.end(`${messages.join('\n')}\n`);
      expect(await running.ended).toBe(0);
      const ids = readStrictly(running.stdout()).map(({ id }) => id ?? 'none');
      expect(ids.toSorted()).toEqual(['none', ...Array.from({ length: 16 }, (_, id) => id)].toSorted());
      expect(running.stderr()).toContain('a warning');
    },
  );

  it('is never used for the log, whose lines are one JSON object each', async () => {
    bench.stub.answer = () => ({ body: [{ id: 1 }] });
    const running = bench.stdio({ commandLine: ['--log-level', 'debug'] });
    running.process.stdin.end(`${call(1, 'campaigns_get_all')}\n${call(2, 'leads_categories')}\n`);
    expect(await running.ended).toBe(0);
    expect(readStrictly(running.stdout())).toHaveLength(2);
    const lines = running.stderr().trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) expect(instanceLogLineSchema.safeParse(JSON.parse(line)).success).toBe(true);
  });
});
