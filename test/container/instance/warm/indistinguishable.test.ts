import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InstanceConfiguration } from '../../../../core/instance-configuration.ts';
import { assignWarmProcess } from '../../../../functions/adapters/warm-pool/assign-warm-process.ts';
import { type BuiltInstance, buildForTest, type RunningProcess, runBuilt } from '../built-instance.ts';
import { rawRequest } from '../raw-http.ts';
import { type StubSmartlead, startStubSmartlead } from '../stub-smartlead.ts';
import { configuration, plantedKey, plantedToken, startWarm } from './warm-process.ts';

let built: BuiltInstance;
let stub: StubSmartlead;
const started: RunningProcess[] = [];

beforeAll(async () => {
  [built, stub] = await Promise.all([buildForTest(), startStubSmartlead()]);
  stub.answer = () => ({ body: [{ id: 1, name: 'Grüße' }] });
});
afterAll(async () => {
  for (const running of started) running.process.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  await stub.close();
  await built.remove();
});

interface Subject {
  address: string;
  running: RunningProcess;
}

async function startCold(settings: InstanceConfiguration): Promise<Subject> {
  const running = runBuilt(built.folder, ['serve', '--managed']);
  started.push(running);
  running.process.stdin.write(`${JSON.stringify(settings)}\n`);
  const [, port] = await running.waitFor(/"listening","port":(\d+)/);
  return { address: `http://127.0.0.1:${port}`, running };
}

async function startFromPool(settings: InstanceConfiguration): Promise<Subject> {
  const warm = await startWarm(built);
  started.push(warm.running);
  await assignWarmProcess(warm, { configuration: settings }, warm.keys);
  return warm;
}

const headers = {
  authorization: `Bearer ${plantedToken}`,
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
};

/** A client's whole conversation, and everything that can be seen of the process besides. */
async function everythingOf({ address, running }: Subject, calls: object[]) {
  const seen: Record<string, unknown> = {};
  let session: Record<string, string> = { 'x-session-id': 'session-of-the-router' };
  const send = async (message: object) => {
    const answer = await rawRequest(`${address}/mcp`, {
      method: 'POST',
      headers: { ...headers, ...session },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
    const { date: _, ...answerHeaders } = answer.headers;
    session = { 'mcp-session-id': String(answer.headers['mcp-session-id'] ?? session['mcp-session-id']) };
    return { ...answer, headers: answerHeaders };
  };
  const clientInfo = { name: 'test', version: '1' };
  seen.initialize = await send({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  });
  await send({ method: 'notifications/initialized' });
  for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'nothing/known']) {
    seen[method] = await send({ id: 2, method });
  }
  seen.calls = [];
  for (const params of calls) (seen.calls as unknown[]).push(await send({ id: 3, method: 'tools/call', params }));
  for (const path of ['/healthz', '/readyz', '/warm/identity', '/warm/assignment', '/sse', '/nothing']) {
    for (const method of ['POST', 'PUT']) {
      for (const authorization of ['', headers.authorization]) {
        const { status, text } = await rawRequest(`${address}${path}`, {
          method,
          headers: { ...headers, authorization },
          body: '{}',
        });
        seen[`${method} ${path} ${authorization === '' ? 'stranger' : 'router'}`] = { status, text };
      }
    }
  }
  // Resident memory, processor time, durations and their buckets differ between any two processes.
  const metrics = (await rawRequest(`${address}/metrics`)).text;
  seen.metrics = metrics
    .split('\n')
    .filter((line) => !/_bucket\{/.test(line))
    .map((line) => (/^(process_|.*_seconds_sum)/.test(line) ? line.replace(/ \S+$/, '') : line));
  // A tool that does not exist is not logged.
  await expect
    .poll(
      () =>
        running
          .stderr()
          .split('\n')
          .filter((line) => line.includes('"tool"')).length,
    )
    .toBe(calls.length - 1);
  seen.log = running
    .stderr()
    .trim()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), time: 0, durationMs: 0, requestId: 0 }));
  return seen;
}

const calls = [
  { name: 'campaigns_get_all', arguments: {} },
  { name: 'campaigns_get_all', arguments: { wrong: 1 } },
  { name: 'campaigns_delete', arguments: { campaign_id: 1 } },
  { name: 'campaigns_create', arguments: { name: 'x' } },
  { name: 'no_such_tool', arguments: {} },
];

describe('a process from the pool', () => {
  it.each<[string, Partial<InstanceConfiguration>]>([
    ['reads only', {}],
    [
      'has a policy, switches and lists',
      { policy: 'standard', allow: ['destroy'], deniedTools: ['campaigns_create', 'gone_tool'] },
    ],
    ['offers three tools', { toolsets: ['discovery'] }],
    ['has a part of a rate limit', { rateLimit: '10/120', processes: 2, toolsets: ['campaigns', 'leads'] }],
    ['serves stdio bridges and logs arguments', { mode: 'stdio', argumentLogUntil: '2099-01-01T00:00:00.000Z' }],
  ])('cannot be told from one that was started for its customer, which %s', async (_what, more) => {
    const settings = configuration({ rateLimit: 'off', ...more, smartleadHosts: stub.hosts });
    const cold = await everythingOf(await startCold(settings), calls);
    const warm = await everythingOf(await startFromPool(settings), calls);
    expect(warm).toEqual(cold);
    expect(JSON.stringify(warm)).not.toContain('rehears');
    expect(JSON.stringify([cold, warm])).not.toContain(plantedKey);
  });

  it('counts its time from its assignment', async () => {
    const warm = await startWarm(built);
    started.push(warm.running);
    // It has already run for as long as a start and a rehearsal take.
    const before = performance.now();
    await assignWarmProcess(warm, { configuration: configuration() }, warm.keys);
    const { text } = await rawRequest(`${warm.address}/metrics`);
    const uptime = Number(/^process_uptime_seconds (\S+)$/m.exec(text)?.[1]);
    expect(uptime).toBeLessThanOrEqual((performance.now() - before) / 1000);
  });
});
