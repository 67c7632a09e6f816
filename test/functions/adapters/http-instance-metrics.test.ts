import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { latencyBucketLabel } from '../../../core/latency-buckets.ts';
import { HttpInstanceMetrics } from '../../../functions/adapters/http-instance-metrics.ts';
import { callsIn } from '../../../functions/domain/metrics/latency-histogram.ts';
import { callTool, connectClient, startInstance } from '../../container/instance/start-instance.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** @param timeoutMilliseconds Short where the answer never comes, else so long that it does not pass on a slow machine. */
async function read(handle: RequestListener, timeoutMilliseconds = 20_000) {
  return (await readProcess(handle, timeoutMilliseconds))?.live;
}

async function readProcess(handle: RequestListener, timeoutMilliseconds = 20_000) {
  server = createServer(handle);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new HttpInstanceMetrics({ timeoutMilliseconds }).readProcess({ launcher: 'child-process', ref: '1', address });
}

const text = `# HELP smartlead_mcp_sessions Sessions.
# TYPE smartlead_mcp_sessions gauge
smartlead_mcp_sessions 6
smartlead_mcp_sessions_hibernating 2
smartlead_mcp_tool_calls_total{tool="smartlead_mcp_sessions",outcome="ok"} 99
process_resident_memory_bytes 81000000
process_uptime_seconds 12.75
smartlead_mcp_rate_limit_per_second 17
smartlead_mcp_rate_limit_per_minute 170
smartlead_mcp_rate_limit_used_last_minute 41
smartlead_mcp_rate_limit_waiting 2
smartlead_mcp_rate_limit_paused_seconds 1.5
smartlead_mcp_rate_limit_remaining 129
smartlead_mcp_rate_limit_learned 1
`;

describe('the counts of a process', () => {
  it('are those of the real instance: calls, errors and latencies by tool', async () => {
    const instance = await startInstance();
    try {
      const client = await connectClient(instance.url, 'streamable-http');
      await callTool(client, 'campaigns_get_all', {});
      await callTool(client, 'campaigns_get_all', {});
      await callTool(client, 'campaigns_get_by_id', {});
      const runtime = { launcher: 'child-process', ref: '1', address: instance.url } as const;
      const { tools } = (await new HttpInstanceMetrics().readProcess(runtime)) ?? {};
      expect(tools).toMatchObject({ campaigns_get_all: { calls: 2, errors: 0 }, campaigns_get_by_id: { calls: 1, errors: 1 } });
      expect(callsIn(tools?.campaigns_get_all?.latencies ?? {})).toBe(2);
      expect(callsIn(tools?.campaigns_get_by_id?.latencies ?? {})).toBe(1);
      await client.close();
    } finally {
      await instance.close();
    }
  });

  it('take each call for the bucket it is in, though buckets are told as sums and empty ones not at all', async () => {
    const name = 'smartlead_mcp_tool_call_duration_seconds_bucket';
    const lines = [
      'process_uptime_seconds 3',
      `${name}{tool="a",le="${latencyBucketLabel(3)}"} 2`,
      `${name}{tool="a",le="${latencyBucketLabel(40)}"} 5`,
      `${name}{tool="a",le="+Inf"} 6`,
      `${name}{tool="a",le="0.33"} 9`,
      'smartlead_mcp_tool_calls_total{tool="a",outcome="ok"} 4',
      'smartlead_mcp_tool_calls_total{tool="a",outcome="smartlead_timeout"} 1',
      'smartlead_mcp_tool_calls_total{tool="a",outcome="declined"} 1',
      'smartlead_mcp_tool_calls_total{tool="__proto__",outcome="ok"} 1',
    ];
    const reading = await readProcess((_request, response) => void response.end(lines.join('\n')));
    expect(reading?.tools.a).toEqual({ calls: 6, errors: 1, latencies: { 3: 2, 40: 3, 92: 1 } });
    expect(Object.keys(reading?.tools ?? {})).toEqual(['a', '__proto__']);
  });
});

describe('the metrics of an instance', () => {
  it('are read at its /metrics, without a token', async () => {
    let request: { url: string | undefined; authorization: string | undefined } | undefined;
    const metrics = await read(({ url, headers }, response) => {
      request = { url, authorization: headers.authorization };
      response.end(text);
    });
    expect(request).toEqual({ url: '/metrics', authorization: undefined });
    expect(metrics).toEqual({
      sessions: 4,
      memoryBytes: 81_000_000,
      uptimeSeconds: 12.75,
      rateLimit: {
        ...{ perSecond: 17, perMinute: 170, usedLastMinute: 41, waiting: 2, pausedSeconds: 1.5, remaining: 129, learned: true },
      },
    });
  });

  it('are those of the real instance', async () => {
    const instance = await startInstance({ rateLimit: '7/90' });
    try {
      const runtime = { launcher: 'child-process', ref: '1', address: instance.url } as const;
      const metrics = await new HttpInstanceMetrics().read(runtime);
      expect(metrics).toEqual({
        cpuSeconds: expect.any(Number),
        callsInProgress: 0,
        sessions: 0,
        memoryBytes: expect.any(Number),
        uptimeSeconds: expect.any(Number),
        rateLimit: {
          ...{ perSecond: 7, perMinute: 90, usedLastMinute: 0, waiting: 0, pausedSeconds: 0, remaining: 90, learned: false },
        },
      });
    } finally {
      await instance.close();
    }
  });

  it('of a real instance without a limit have none', async () => {
    const instance = await startInstance({ rateLimit: 'off' });
    const metrics = await new HttpInstanceMetrics().read({ launcher: 'child-process', ref: '1', address: instance.url });
    await instance.close();
    expect(metrics).toMatchObject({ sessions: 0, rateLimit: null });
  });

  it.each([
    ['has no limit', '+Inf'],
    ['tells nonsense', 'plenty'],
  ])('of one that %s are read as far as they go', async (_what, perMinute) => {
    const partial = `process_uptime_seconds 3\r\nsmartlead_mcp_rate_limit_per_second 5\nsmartlead_mcp_rate_limit_per_minute ${perMinute}\n`;
    const metrics = await read((_request, response) => void response.end(partial));
    expect(metrics).toEqual({ sessions: null, memoryBytes: null, uptimeSeconds: 3, rateLimit: null });
  });

  it('that Smartlead has not spoken of yet are told as unknown', async () => {
    const silent = text.replace(/^.*_(remaining|learned) .*\n/gm, '');
    const metrics = await read((_request, response) => void response.end(silent));
    expect(metrics?.rateLimit).toMatchObject({ remaining: null, learned: false });
  });

  it.each<[string, RequestListener]>([
    ['refuses', (_, response) => void response.writeHead(401).end(text)],
    ['is something else', (_, response) => void response.end('<html>hello</html>')],
    ['redirects', (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()],
    ['hangs', () => {}],
    ['never ends its answer', (_, response) => void response.write(text)],
    ['hangs up', (request) => void request.socket.destroy()],
  ])('of one that %s are none', async (_what, handle) => {
    expect(await read(handle, 300)).toBeUndefined();
  });

  it('that never end are given up before they fill our memory', async () => {
    let sent = 0;
    const metrics = await read((_request, response) => {
      const line = `${'x'.repeat(64 * 1024)}\n`;
      const more = () => {
        while (!response.destroyed && sent < 200_000_000) {
          sent += line.length;
          if (!response.write(line)) return;
        }
        response.end();
      };
      response.write(text);
      response.on('drain', more);
      more();
    });
    expect(metrics).toBeUndefined();
    expect(sent).toBeLessThan(10_000_000);
  });
});
