import { expect, it } from 'vitest';
import { createMetrics } from '../../container/instance/observability/metrics.ts';
import { RouterMetrics } from '../../container/router/metrics.ts';
import { exposition } from '../../functions/domain/metrics/exposition.ts';
import { PlatformMetrics } from '../../selfhost/platform-metrics.ts';
import { newInstance } from '../functions/adapters/store-contract/fixtures.ts';
import { InMemoryInstanceStore } from '../functions/in-memory/instance-store.ts';
import { parseExposition } from './prometheus-parser.ts';

it('are text that a strict reader takes, with the lines of the router behind', async () => {
  const instances = new InMemoryInstanceStore();
  for (const status of ['running', 'running', 'sleeping'] as const)
    await instances.create(newInstance('ws_1', 'key_1', { status }));
  const router = new RouterMetrics();
  router.request('sse', 200);
  const metrics = new PlatformMetrics({
    instances,
    launcher: {
      list: async () => [{ instanceId: 'a', runtime: { launcher: 'child-process', ref: '1', address: 'http://127.0.0.1:1' } }],
    },
    connections: () => ({ total: 5, idle: 3, waiting: 1 }),
    router: () => router.render([]),
  });
  metrics.died();
  metrics.woke('a', 250);
  metrics.onEvent({ type: 'launched' });
  metrics.endInterval();
  const samples = parseExposition(await metrics.text());
  metrics.close();
  expect(Object.fromEntries(samples)).toMatchObject({
    'smartlead_mcp_instances{status="running"}': 2,
    'smartlead_mcp_instances{status="sleeping"}': 1,
    'smartlead_mcp_instances{status="failed"}': 0,
    smartlead_mcp_instance_processes: 1,
    smartlead_mcp_instance_restarts_total: 1,
    smartlead_mcp_instance_wake_seconds_sum: 0.25,
    smartlead_mcp_instance_wake_seconds_count: 1,
    'smartlead_mcp_lifecycle_events_total{type="launched"}': 1,
    'smartlead_mcp_database_connections{state="busy"}': 2,
    smartlead_mcp_database_waiting: 1,
    'smartlead_mcp_event_loop_delay_seconds{quantile="0.99"}': expect.any(Number),
    'smartlead_mcp_router_requests_total{door="sse",status="200"}': 1,
  });
});

it('of an instance are such text too, with buckets that only grow', () => {
  const metrics = createMetrics();
  for (const duration of [0.05, 3, 3, 900, 10_000_000]) metrics.countCall('leads_list', 'ok', duration);
  metrics.countCall('leads_get', 'smartlead_timeout', 12);
  const samples = parseExposition(metrics.text());
  const buckets = [...samples].filter(([name]) =>
    name.startsWith('smartlead_mcp_tool_call_duration_seconds_bucket{tool="leads_list"'),
  );
  expect(buckets.map(([, calls]) => calls)).toEqual([1, 3, 4, 5]);
  expect(buckets.at(-1)?.[0]).toContain('le="+Inf"');
  expect(samples.get('smartlead_mcp_tool_call_duration_seconds_count{tool="leads_list"}')).toBe(5);
  expect(samples.get('process_cpu_seconds_total')).toBeGreaterThan(0);
});

it('escape what stands in labels', () => {
  const value = 'a"b\\c\nd';
  const text = exposition([{ name: 'x', type: 'gauge', help: 'a\nb\\c', samples: [{ labels: { value }, value: 1 }] }]);
  expect(text).toBe('# HELP x a\\nb\\\\c\n# TYPE x gauge\nx{value="a\\"b\\\\c\\nd"} 1\n');
  expect(parseExposition(text).size).toBe(1);
});
