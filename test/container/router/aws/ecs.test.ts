import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { applyChange } from '../../../../container/router/aws/apply-change.ts';
import { embeddedMetrics, LoadMetrics } from '../../../../container/router/aws/load-metrics.ts';
import { readOwnTask } from '../../../../container/router/aws/task.ts';
import { listen, stop } from '../fixture.ts';

const taskArn = 'arn:aws:ecs:eu-central-1:111122223333:task/routers/0123456789abcdef';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('asks the agent of ECS which task it is', async () => {
  const paths: (string | undefined)[] = [];
  const agent = await listen((request, response) => {
    paths.push(request.url);
    const Containers = [{}, { Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['10.64.96.12'] }] }];
    response.end(JSON.stringify({ Cluster: 'routers', TaskARN: taskArn, Containers }));
  });
  expect(await readOwnTask(`${agent.address}/v4/abc`)).toEqual({ arn: taskArn, address: '10.64.96.12' });
  expect(paths).toEqual(['/v4/abc/task']);
  await stop(agent.server);
  expect(await readOwnTask(undefined)).toBeUndefined();
  await expect(readOwnTask(`${agent.address}/v4/abc`)).rejects.toThrow();
});

it('says once a minute what it carries, in the format of which CloudWatch makes metrics', () => {
  const lines: string[] = [];
  let callsTotal = 100;
  const metrics = new LoadMetrics(
    'prod',
    () => ({ streamsOpen: 7, callsTotal }),
    (line) => lines.push(line),
  );
  callsTotal = 700;
  vi.advanceTimersByTime(60_000);
  vi.advanceTimersByTime(60_000);
  metrics.stop();
  vi.advanceTimersByTime(60_000);
  const [first, second] = lines.map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  expect(first).toMatchObject({ Stage: 'prod', StreamsOpen: 7, CallsPerSecond: 10 });
  expect(second).toMatchObject({ StreamsOpen: 7, CallsPerSecond: 0 });
});

it('names every metric and dimension that it refers to, as CloudWatch demands', () => {
  const line = embeddedMetrics('dev', { streamsOpen: 1, callsPerSecond: 2 }, 1_700_000_000_000);
  expect(line.indexOf('\n')).toBe(line.length - 1);
  const document = JSON.parse(line);
  expect(document._aws.Timestamp).toBe(1_700_000_000_000);
  for (const { Namespace, Dimensions, Metrics } of document._aws.CloudWatchMetrics) {
    expect(Namespace).toBe('SmartleadMcp/Router');
    for (const name of Dimensions.flat()) expect(typeof document[name]).toBe('string');
    for (const { Name } of Metrics) expect(typeof document[Name]).toBe('number');
  }
});

it('applies each change, and begins to stop only where it is meant', () => {
  const told: string[] = [];
  const targets = {
    router: {
      instanceCame: (id: string) => void told.push(`came ${id}`),
      routeRemoved: (id: string) => void told.push(`removed ${id}`),
      revokeToken: (id: string) => void told.push(`revoked ${id}`),
    },
    taskArn: taskArn as string | undefined,
    stopping: () => void told.push('stopping'),
  };
  applyChange({ kind: 'route-set', instanceId: 'i1' }, targets);
  applyChange({ kind: 'route-removed', instanceId: 'i1' }, targets);
  applyChange({ kind: 'token-revoked', instanceId: 'i1', tokenId: 't1' }, targets);
  applyChange({ kind: 'router-stopping', taskArn: `${taskArn}0` }, targets);
  expect(told).toEqual(['came i1', 'removed i1', 'revoked t1']);
  applyChange({ kind: 'router-stopping', taskArn }, targets);
  expect(told.at(-1)).toBe('stopping');
});
