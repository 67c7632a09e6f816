import type { MetricPoint, MetricSeries, MetricStep } from '../../frontend/api/contract.ts';

const lengths = { minute: 60_000, hour: 3_600_000 };
const mebibyte = 1024 * 1024;

/** Numbers of an instance that was asleep for a part of the time and woke once. */
export function fakeSeries(query: Record<string, string | undefined>): MetricSeries {
  const step: MetricStep = query.step === 'hour' ? 'hour' : 'minute';
  const length = lengths[step];
  const to = query.to === undefined ? Date.now() : Date.parse(query.to);
  const from = query.from === undefined ? to - 3_600_000 : Date.parse(query.from);
  const count = Math.ceil((to - from) / length);
  const points: MetricPoint[] = [];
  for (let index = 0; index < count; index += 1) {
    const share = index / count;
    // Nothing at all is stored of the time in which it slept.
    if (share > 0.3 && share < 0.45) continue;
    points.push(pointAt(Math.floor(from / length) * length + index * length, index, Math.abs(share - 0.45) < 0.5 / count));
  }
  const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
  return {
    ...{ from: iso(from), to: iso(to), step, points },
    tools: [
      { tool: 'campaigns_get_all', calls: 96, errors: 1, p50Ms: 210, p95Ms: 480, p99Ms: 900 },
      { tool: 'leads_list_by_campaign', calls: 61, errors: 0, p50Ms: 340, p95Ms: 1_240, p99Ms: 2_100 },
      { tool: 'mailboxes_get_all', calls: 18, errors: 2, p50Ms: 150, p95Ms: 260, p99Ms: null },
      { tool: 'analytics_campaign_statistics', calls: 7, errors: 0, p50Ms: null, p95Ms: null, p99Ms: null },
    ],
  };
}

function pointAt(time: number, index: number, woke: boolean): MetricPoint {
  const calls = Math.max(0, Math.round(4 + 3 * Math.sin(index / 5) + 2 * Math.sin(index / 1.7)));
  return {
    time: new Date(time).toISOString(),
    calls,
    errors: index % 11 === 3 ? 1 : 0,
    p50Ms: calls === 0 ? null : 180 + 40 * Math.sin(index / 4),
    p95Ms: calls === 0 ? null : 420 + 160 * Math.sin(index / 6),
    p99Ms: calls === 0 ? null : 840 + 320 * Math.sin(index / 7),
    bytesIn: calls * 2_100,
    bytesOut: calls * 18_400,
    streams: 2 + (index % 9 > 5 ? 1 : 0),
    streamSeconds: 120,
    memoryBytes: (74 + 6 * Math.sin(index / 9)) * mebibyte,
    cpuPercent: 3 + 2.4 * Math.sin(index / 5),
    restarts: 0,
    wakes: woke ? 1 : 0,
    wakeMs: woke ? 380 : null,
    rateLimitRemaining: 50 - calls,
  };
}
