import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixedNumbers } from '../../../infra/cost/behaviour.ts';
import { costOf, pricedResources } from '../../../infra/cost/coverage.ts';
import { placeholderBundles, type SynthesizedStage, synthesizeStage } from '../synthesized-stage.ts';

/** How many resources CloudFormation takes in a stack. Source: docs/scale.md */
const mostResourcesOfStack = 500;

const domain = { domainName: 'smartlead.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
let removeBundles = async (): Promise<void> => {};
let stages: SynthesizedStage[];

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  stages = [];
  for (const overrides of [{}, domain]) {
    for (const stage of ['dev', 'prod'] as const) {
      stages.push(await synthesizeStage(stage, { overrides, functionBundles: bundles.folder }));
    }
  }
}, 120_000);
afterAll(() => removeBundles());

interface Template {
  Resources?: Record<string, { Type: string }>;
}
const resourcesOf = (stage: SynthesizedStage): { Type: string }[][] =>
  Object.values(stage.templates).map((template) => Object.values((template.toJSON() as Template).Resources ?? {}));

describe('the model of costs', () => {
  it('has a part for every resource that is deployed, or knows that it is free', () => {
    const types = new Set(
      stages.flatMap((stage) => resourcesOf(stage).flatMap((resources) => resources.map(({ Type }) => Type))),
    );
    expect(types.size).toBeGreaterThan(20);
    expect([...types].filter((type) => costOf(type) === undefined)).toEqual([]);
  });

  it('takes nothing for free that has a price', () => {
    for (const [type, part] of Object.entries(pricedResources)) expect(costOf(type)).toBe(part);
    expect(costOf('AWS::EC2::Instance')).toBeUndefined();
  });

  it.each([
    ['AWS::CloudWatch::Alarm', fixedNumbers.alarms],
    ['AWS::KMS::Key', fixedNumbers.encryptionKeys],
    ['AWS::SecretsManager::Secret', fixedNumbers.platformSecrets],
    ['AWS::CloudWatch::Dashboard', fixedNumbers.dashboards],
  ])('reckons with at least as many of %s as there are', (type, reckoned) => {
    for (const stage of stages) expect(stage.resources(type).length).toBeLessThanOrEqual(reckoned);
  });

  it.each([
    ['functions/composition/aws-manager.ts', 'intervalMilliseconds: 5 * minute'],
    ['functions/instance-manager/supervisor.ts', 'healthIntervalMilliseconds: 10_000'],
    ['functions/instance-manager/supervisor.ts', 'scalingIntervalMilliseconds: 60_000'],
    ['functions/composition/aws-manager.ts', 'rememberMilliseconds: launcherTimes.listAge'],
    ['functions/composition/aws-manager.ts', 'inspectLater();'],
    ['container/router/traffic-meter.ts', 'looksInInterval = 15'],
    ['functions/composition/aws-manager-parts.ts', 'listAge: 30 * second'],
    ['functions/composition/aws-warm-pool.ts', 'replacementSeconds = 60'],
    ['functions/composition/aws-warm-pool.ts', 'growth = 20'],
    ['functions/composition/aws-monitoring.ts', 'storesWholeMinutes: true'],
    ['functions/composition/aws-monitoring.ts', 'RecurringJob(minute, () => watch.evaluateAll())'],
    ['infra/stacks/messages.ts', 'events.Schedule.rate(Duration.minutes(1))'],
    ['infra/constructs/service-function.ts', 'props.memorySize ?? 512'],
    ['functions/domain/key-archive.ts', 'idleTime = 24 * 60 * 60 * 1000'],
  ])('knows the times and sizes of %s: %s (else change infra/cost/behaviour.ts)', async (file, text) => {
    expect(await readFile(new URL(`../../../${file}`, import.meta.url), 'utf8')).toContain(text);
  });
});

describe('the stacks', () => {
  it('stay far below the number of resources that CloudFormation takes', () => {
    for (const stage of stages) {
      for (const resources of resourcesOf(stage)) expect(resources.length).toBeLessThan(mostResourcesOfStack * 0.6);
    }
  });
});
