import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeholderBundles, type SynthesizedStage, synthesizeStage, type TemplateResource } from './synthesized-stage.ts';

/** What the settings of a restored deployment name. */
const restored = {
  table: 'smartlead-mcp-prod-restored',
  dataKey: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  databaseSnapshot: 'arn:aws:rds:eu-central-1:123456789012:snapshot:rds:smartlead-mcp-prod-billing-2026-11-22-02-00',
};

let usual: SynthesizedStage;
let over: SynthesizedStage;
let removeBundles: () => Promise<void>;

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  const synthesize = (overrides: Record<string, unknown>) =>
    synthesizeStage('prod', { functionBundles: bundles.folder, overrides: { region: 'eu-central-1', ...overrides } });
  usual = await synthesize({});
  over = await synthesize({ ...restored, managerPaused: true, relinkAccountsBefore: '2026-11-22T09:30:00Z', signUps: 'closed' });
});
afterAll(() => removeBundles());

const typesOf = (stage: SynthesizedStage, type: string) => stage.resources(type).map(([id]) => id);
const only = (stage: SynthesizedStage, type: string): TemplateResource => {
  const [found, ...others] = stage.resources(type);
  expect(others).toEqual([]);
  if (found === undefined) throw new Error(`there is no ${type}`);
  return found[1];
};

/** Statements of all roles, by the role's description, with what they say of the table and its key taken out. */
function statements(stage: SynthesizedStage): Record<string, string[]> {
  const descriptions = new Map(
    stage.resources('AWS::IAM::Role').map(([id, { Properties }]) => [id, String(Properties.Description)]),
  );
  const found: Record<string, string[]> = {};
  for (const [id, { Properties }] of stage.resources('AWS::IAM::Policy')) {
    const [stack = ''] = id.split('/');
    const { Statement } = Properties.PolicyDocument as { Statement: { Sid?: string; Action: string | string[] }[] };
    for (const { Ref } of (Properties.Roles ?? []) as { Ref: string }[]) {
      const lines = Statement.map(({ Sid = '', Action }) => `${Sid}: ${[Action].flat().join(', ')}`);
      const role = `${stack}: ${descriptions.get(`${stack}/${Ref}`)}`;
      found[role] = [...(found[role] ?? []), ...lines].sort();
    }
  }
  return found;
}

describe('a table that was restored', () => {
  it('takes the place of the one that would be made, for every program that has a table', () => {
    expect(typesOf(usual, 'AWS::DynamoDB::Table')).toHaveLength(1);
    expect(typesOf(over, 'AWS::DynamoDB::Table')).toEqual([]);
    const names = over.resources('AWS::Lambda::Function').flatMap(([id, { Properties }]): unknown[][] => {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
      return Variables.TABLE_NAME === undefined ? [] : [[id, Variables.TABLE_NAME]];
    });
    expect(names.length).toBeGreaterThan(25);
    for (const [, { Properties }] of over.resources('AWS::ECS::TaskDefinition')) {
      const [container] = Properties.ContainerDefinitions as { Name: string; Environment: { Name: string; Value: unknown }[] }[];
      names.push([container?.Name, container?.Environment.find(({ Name }) => Name === 'TABLE_NAME')?.Value]);
    }
    for (const name of names) expect(name).toEqual([expect.any(String), restored.table]);
  });

  it('is read and written with the rights that the other would have been', () => {
    expect(statements(over)).toEqual(statements(usual));
    const tables = over.resources('AWS::IAM::Policy').flatMap(([, { Properties }]) => {
      const { Statement } = Properties.PolicyDocument as { Statement: { Sid?: string; Resource: unknown }[] };
      return Statement.filter(({ Sid }) => Sid === 'Table' || Sid === 'TableKey');
    });
    expect(tables.length).toBeGreaterThan(50);
    for (const { Sid, Resource } of tables) {
      if (Sid === 'TableKey') expect(Resource).toBe(restored.dataKey);
      else
        for (const resource of [Resource].flat())
          expect(JSON.stringify(resource)).toMatch(/:table\/smartlead-mcp-prod-restored["/]/);
    }
  });

  it('is watched as the other would have been', () => {
    const watched = (stage: SynthesizedStage) =>
      stage
        .resources('AWS::CloudWatch::Alarm')
        .filter(([, { Properties }]) => JSON.stringify(Properties).includes('"AWS/DynamoDB"'))
        .map(([, { Properties }]) => Properties.AlarmName);
    expect(watched(over)).toEqual(watched(usual));
    expect(watched(over)).toHaveLength(2);
  });
});

it('a key that is there takes the place of the one of the data, and of no other', () => {
  const without = typesOf(usual, 'AWS::KMS::Key').filter((id) => !id.startsWith('data/'));
  expect(typesOf(over, 'AWS::KMS::Key')).toEqual(without);
  const group = over.resources('AWS::ElastiCache::ReplicationGroup').map(([, { Properties }]) => Properties.KmsKeyId);
  expect(group).toEqual(['1234abcd-12ab-34cd-56ef-1234567890ab']);
});

describe('a database from a snapshot', () => {
  it('is as the other would have been, but for what the snapshot decides', () => {
    const [plain, fromSnapshot] = [usual, over].map((stage) => only(stage, 'AWS::RDS::DBInstance'));
    const { DBName, MasterUsername, StorageEncrypted, KmsKeyId, DBInstanceIdentifier, ...shared } = plain?.Properties ?? {};
    expect([DBName, MasterUsername, StorageEncrypted, DBInstanceIdentifier]).toEqual([
      ...['billing', 'platform', true, 'smartlead-mcp-prod-billing'],
    ]);
    expect(KmsKeyId).toBeDefined();
    expect(fromSnapshot?.DeletionPolicy).toBe('Retain');
    expect(fromSnapshot?.Properties).toEqual({
      ...shared,
      ...{ PerformanceInsightsKMSKeyId: restored.dataKey, MasterUserSecret: { KmsKeyId: restored.dataKey } },
      DBSnapshotIdentifier: restored.databaseSnapshot,
      // Another name, or it could not be made while the one before is there.
      DBInstanceIdentifier: expect.stringMatching(/^smartlead-mcp-prod-billing-[0-9a-f]{8}$/),
    });
  });

  it('has its log kept under the name that it has', () => {
    const { DBInstanceIdentifier } = only(over, 'AWS::RDS::DBInstance').Properties;
    const groups = over.resources('AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.LogGroupName);
    expect(groups).toContain(`/aws/rds/instance/${String(DBInstanceIdentifier)}/postgresql`);
  });

  it('is reached by the migrations with the rights and names that it has', () => {
    const [, migrate] = over.resources('AWS::Lambda::Function').find(([id]) => id.startsWith('billing/Migrate')) ?? [];
    const variables = JSON.stringify(migrate?.Properties.Environment);
    for (const export_ of ['EndpointAddress', 'EndpointPort', 'MasterUserSecretSecretArn']) expect(variables).toContain(export_);
  });
});

it('a paused manager has no task and keeps everything else', () => {
  const tasks = (stage: SynthesizedStage) =>
    stage
      .resources('AWS::ECS::Service')
      .filter(([id]) => id.startsWith('manager/'))
      .map(([, { Properties }]) => Properties.DesiredCount);
  expect([tasks(usual), tasks(over)]).toEqual([[2], [0]]);
  expect(Object.keys(over.templates.manager.toJSON().Resources)).toEqual(Object.keys(usual.templates.manager.toJSON().Resources));
});

it('only who makes accounts hears that there was another user pool, and only where there was', () => {
  const told = (stage: SynthesizedStage) =>
    stage.resources('AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
      return Variables.RELINK_ACCOUNTS_BEFORE === undefined
        ? []
        : [[id.replace(/Function.*$/, ''), Variables.RELINK_ACCOUNTS_BEFORE]];
    });
  expect(told(usual)).toEqual([]);
  expect(told(over)).toEqual([[expect.stringMatching(/^api\/me/), '2026-11-22T09:30:00Z']]);
});
