import { readFile } from 'node:fs/promises';
import { Match } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedMetrics } from '../../container/router/aws/load-metrics.ts';
import { ManagerMetrics } from '../../functions/instance-manager-service/manager-metrics.ts';
import { placeholderBundles, type SynthesizedStage, synthesizeStage } from './synthesized-stage.ts';

const synthesized: SynthesizedStage[] = [];
let removeBundles: () => Promise<void>;
let prod: SynthesizedStage;

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  const domain = { domainName: 'smartlead.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ', hostedZoneName: 'example.com' };
  prod = await synthesizeStage('prod', { functionBundles: bundles.folder, overrides: domain });
  synthesized.push(prod, await synthesizeStage('dev', { functionBundles: bundles.folder }));
});
afterAll(() => removeBundles());

interface Alarm {
  name: string;
  description: string;
}

/** Names without stage, and descriptions. */
function alarmsOf(stage: SynthesizedStage): Alarm[] {
  return stage.resources('AWS::CloudWatch::Alarm').map(([, { Properties }]) => ({
    name: String(Properties.AlarmName).replace(/^smartlead-mcp-(dev|prod)-/, ''),
    description: String(Properties.AlarmDescription),
  }));
}

/** The table of `docs/operations.md`: names, where `<...>` stands for any of a kind, and what to look at. */
async function documentedAlarms(): Promise<{ name: string; meaning: string; looks: string[] }[]> {
  const text = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('## On AWS: alarms'));
  const rows = section.matchAll(/^\| `([\w<>-]+)` \| (.+?) \| (.+?) \|$/gm);
  return [...rows].map(([, name = '', meaning = '', looks = '']) => ({ name, meaning, looks: looks.split(' · ') }));
}

const isOfRow = (row: string, name: string): boolean => new RegExp(`^${row.replaceAll(/<\w+>/g, '[\\w-]+')}$`).test(name);

describe('every alarm', () => {
  it('is in the table of docs/operations.md once, and every line of the table is about one', async () => {
    const rows = await documentedAlarms();
    const names = [...new Set(synthesized.flatMap(alarmsOf).map(({ name }) => name))];
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) {
      expect({ name, rows: rows.filter((row) => isOfRow(row.name, name)).length }).toEqual({ name, rows: 1 });
    }
    for (const row of rows)
      expect({ row: row.name, alarms: names.some((name) => isOfRow(row.name, name)) }).toEqual({ row: row.name, alarms: true });
  });

  it('has a meaning and the first three things to look at in the table, and the first in its description', async () => {
    for (const { name, meaning, looks } of await documentedAlarms()) {
      expect(meaning).toMatch(/\w/);
      expect({ name, looks: looks.length }).toEqual({ name, looks: 3 });
    }
    for (const { name, description } of synthesized.flatMap(alarmsOf)) {
      expect({ name, description }).toEqual({ name, description: expect.stringMatching(/\b[Ll]ook at \w+/) });
    }
  });

  it('has a name of its own in the account', () => {
    for (const stage of synthesized) {
      const names = stage.resources('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties.AlarmName);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

/** Names and dimensions of the metrics in lines of the embedded metric format, such as `InstancesDied of Stage`. */
function metricsIn(lines: string[]): Set<string> {
  const names = lines.flatMap((line) => {
    const [{ Namespace, Dimensions, Metrics }] = JSON.parse(line)._aws.CloudWatchMetrics;
    return Metrics.map(({ Name }: { Name: string }) => `${Namespace} ${Name} of ${[...Dimensions[0]].sort().join(', ')}`);
  });
  return new Set(names);
}

describe('metrics of our own', () => {
  const written = (): Set<string> => {
    const lines = [embeddedMetrics('prod', { streamsOpen: 1, callsPerSecond: 1 }, 0)];
    const manager = new ManagerMetrics({ stage: 'prod', write: (line) => lines.push(line), now: () => 0 });
    manager.woke('ins_1', 1);
    manager.reconciled(1);
    manager.checked({ holds: true, violations: [], components: [] });
    manager.counted([]);
    manager.flush();
    return metricsIn(lines);
  };

  it('that alarms watch and the overview shows are those that our programs write', () => {
    const names = written();
    const watched = prod.resources('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) => {
      const {
        Namespace,
        MetricName,
        Dimensions = [],
      } = Properties as {
        Namespace?: string;
        MetricName?: string;
        Dimensions?: { Name: string }[];
      };
      const dimensions = Dimensions.map(({ Name }) => Name).sort();
      return Namespace?.startsWith('SmartleadMcp/') ? [`${Namespace} ${MetricName} of ${dimensions.join(', ')}`] : [];
    });
    expect(watched.length).toBeGreaterThan(3);
    for (const metric of watched) expect(names).toContain(metric);

    const [dashboard] = Object.values(prod.templates.overview.findResources('AWS::CloudWatch::Dashboard'));
    const shown = [
      ...JSON.stringify(dashboard?.Properties.DashboardBody).matchAll(/\[\\+"(SmartleadMcp\/\w+)\\+",\\+"(\w+)\\+"(.*?)[{\]]/g),
    ];
    expect(shown.length).toBeGreaterThan(10);
    for (const [, namespace, name, rest = ''] of shown) {
      const dimensions = [...rest.matchAll(/\\+"(Stage|Status)\\+"/g)].map(([, dimension]) => dimension).sort();
      expect(names).toContain(`${namespace} ${name} of ${dimensions.join(', ')}`);
    }
  });
});

describe('the overview', () => {
  it('is one for each stage', () => {
    for (const stage of synthesized) {
      expect(stage.resources('AWS::CloudWatch::Dashboard')).toHaveLength(1);
    }
    prod.templates.overview.hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'smartlead-mcp-prod' });
  });
});

describe('money', () => {
  it('is told of before it is spent, to the topic of the alarms, which lets it in', () => {
    const { observability } = prod.templates;
    observability.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: Match.objectLike({ TimeUnit: 'MONTHLY', BudgetType: 'COST', BudgetLimit: { Amount: 3_000, Unit: 'USD' } }),
    });
    const [budget] = Object.values(observability.findResources('AWS::Budgets::Budget'));
    const notifications: { Notification: { NotificationType: string; Threshold: number }; Subscribers: unknown }[] =
      budget?.Properties.NotificationsWithSubscribers;
    expect(notifications.map(({ Notification }) => [Notification.NotificationType, Notification.Threshold])).toEqual([
      ['ACTUAL', 50],
      ['ACTUAL', 80],
      ['ACTUAL', 100],
      ['FORECASTED', 100],
    ]);
    for (const { Subscribers } of notifications) {
      expect(Subscribers).toEqual([{ SubscriptionType: 'SNS', Address: { Ref: expect.stringMatching(/^Alarms/) } }]);
    }
    observability.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 'budgets.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: Match.anyValue(),
          }),
        ]),
      },
    });
  });
});
