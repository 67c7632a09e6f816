import { describe, expect, it } from 'vitest';
import { readSettings, SettingsError, stageSettings } from '../../infra/config.ts';

describe('the settings of a deployment', () => {
  it('are those of dev where nothing is said', () => {
    expect(readSettings({})).toMatchObject({ stage: 'dev', natGateways: 'one', protectData: false });
  });

  it('of prod protect data and survive the loss of a zone', () => {
    expect(readSettings({ stage: 'prod' })).toMatchObject({
      protectData: true,
      databaseMultiAz: true,
      natGateways: 'per-zone',
      availabilityZones: 3,
    });
  });

  it.each(['dev', 'prod'] as const)('of %s are complete and valid', (stage) => {
    expect(readSettings({ stage })).toMatchObject(stageSettings[stage]);
  });

  it('take what the command line says, which is always text', () => {
    const settings = readSettings({
      availabilityZones: '3',
      protectData: 'true',
      databaseMultiAz: 'false',
      interfaceEndpoints: 'logs,ecr.api',
      alarmEmail: 'ops@example.com',
    });
    expect(settings).toMatchObject({
      availabilityZones: 3,
      protectData: true,
      databaseMultiAz: false,
      interfaceEndpoints: ['logs', 'ecr.api'],
      alarmEmail: 'ops@example.com',
    });
  });

  it('let the published range of Anthropic pass the firewall, and others where they are named', () => {
    expect(readSettings({}).mcpClientRanges).toEqual(['160.79.104.0/21']);
    expect(readSettings({ mcpClientRanges: '160.79.104.0/21,192.0.2.0/24' }).mcpClientRanges).toEqual([
      '160.79.104.0/21',
      '192.0.2.0/24',
    ]);
    expect(readSettings({ mcpClientRanges: '' }).mcpClientRanges).toEqual([]);
  });

  it("leave the toolkit's own context alone", () => {
    const context = { '@aws-cdk/core:newStyle': true, 'aws:cdk:bundling-stacks': ['**'], 'cli-telemetry': false };
    expect(readSettings(context)).toEqual(readSettings({}));
  });
});

describe('settings that cannot be used', () => {
  const refusal = (context: Record<string, unknown>): string => {
    try {
      readSettings(context);
    } catch (error) {
      expect(error).toBeInstanceOf(SettingsError);
      return (error as Error).message;
    }
    throw new Error('the settings were accepted');
  };

  it('name the stages there are', () => {
    expect(refusal({ stage: 'production' })).toBe('There is no stage "production"; the stages are dev and prod.');
  });

  it('name each wrong value and a misspelt name, all at once', () => {
    const message = refusal({ stage: 'prod', natGateways: 'two', databaseInstanceClass: 'huge', alarmMail: 'ops@example.com' });
    expect(message.split('\n')).toEqual([
      'The settings of stage "prod" cannot be used:',
      expect.stringMatching(/^- natGateways: .*"one".*"per-zone"/),
      '- databaseInstanceClass: must be a class and a size such as t4g.micro',
      '- alarmMail: no setting has this name (see infra/config.ts)',
    ]);
  });

  it.each([
    [{ protectData: 'maybe' }, 'protectData: must be true or false'],
    [{ logRetentionDays: '15' }, 'logRetentionDays: must be one of 7, 14, 30, 60, 90, 180, 365, 400'],
    [{ availabilityZones: 'three' }, 'availabilityZones: '],
    [{ availabilityZones: '1' }, 'availabilityZones: '],
    [{ interfaceEndpoints: 'logs,email' }, 'interfaceEndpoints.1: '],
    [{ vpcCidr: '10.0.0.0' }, 'vpcCidr: '],
    [{ vpcCidr: '10.0.0.0/20' }, 'vpcCidr: must be a /16'],
    [{ domainName: 'localhost' }, 'domainName: must be a full name such as smartlead.example.com'],
    [{ domainName: 'mcp.example.com' }, 'hostedZoneId: must be given with domainName'],
    [{ hostedZoneId: 'Z0123456789ABC' }, 'domainName: must be given with hostedZoneId and hostedZoneName'],
    [
      { domainName: 'mcp.example.com', hostedZoneId: 'Z0123456789ABC', hostedZoneName: 'ample.com' },
      'domainName: must be in the zone hostedZoneName',
    ],
    [{ hostedZoneId: '/hostedzone/Z0123' }, 'hostedZoneId: must be the id of a Route 53 zone'],
    [{ routerTasksMin: 3, routerTasksMax: 2 }, 'routerTasksMax: must not be below routerTasksMin'],
    [{ routerCpu: 300 }, 'routerCpu: must be one of 256, 512, 1024, 2048, 4096'],
    [{ routerCpu: 1024, routerMemory: 1024 }, 'routerMemory: must be 2048 to 8192 in steps of 1024'],
    [{ managerCpu: 512, managerMemory: 1500 }, 'managerMemory: must be 1024 to 4096 in steps of 1024'],
    [{ cacheNodeType: 'micro' }, 'cacheNodeType: must be a class and a size such as t4g.micro'],
    [{ mailFrom: 'nobody' }, 'mailFrom: '],
    [{ region: 'Frankfurt' }, 'region: must be a region such as eu-central-1'],
    [{ mcpClientRanges: '160.79.104.0/21,10.0.0.1' }, 'mcpClientRanges.1: '],
    [{ firewallRequestsPerAddress: '10' }, 'firewallRequestsPerAddress: '],
    [{ monthlyBudgetDollars: '0' }, 'monthlyBudgetDollars: '],
    [{ table: 'arn:aws:dynamodb:us-east-1:123456789012:table/restored' }, 'table: must be the name of a table'],
    [{ dataKey: 'arn:aws:kms:us-east-1:123456789012:alias/smartlead-mcp/dev/data' }, 'dataKey: must be the ARN of a key, not of'],
    [{ dataKey: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd' }, 'dataKey: must be in us-east-1, as all stacks are'],
    [{ databaseSnapshot: 'billing-before' }, 'databaseSnapshot: must be the ARN of a snapshot of a database instance'],
    [
      { databaseSnapshot: 'arn:aws:rds:eu-central-1:123456789012:snapshot:rds:billing-2026-11-22-02-00' },
      'databaseSnapshot: must be in us-east-1',
    ],
    [{ databaseSnapshot: 'arn:aws:rds:us-east-1:123456789012:cluster-snapshot:x' }, 'databaseSnapshot: must be the ARN'],
    [{ managerPaused: 'for now' }, 'managerPaused: must be true or false'],
    [{ relinkAccountsBefore: '2026-11-22T09:30:00Z' }, 'signUps: must be closed with relinkAccountsBefore'],
    [{ relinkAccountsBefore: 'yesterday' }, 'relinkAccountsBefore: must be a time in UTC'],
    [{ relinkAccountsBefore: '2999-01-01T00:00:00Z' }, 'relinkAccountsBefore: must not be in the future'],
    [{ databaseStorageGibibytes: '100' }, 'databaseStorageLimitGibibytes: must not be below databaseStorageGibibytes'],
  ])('refuse %j', (context, line) => {
    expect(refusal(context)).toContain(`\n- ${line}`);
  });

  it.each([
    [{ protectData: false }, 'protectData: must be true in prod'],
    [{ databaseMultiAz: false }, 'databaseMultiAz: must be true in prod'],
    [{ databaseBackupDays: 1 }, 'databaseBackupDays: must be 7 or more in prod'],
    [{ pointInTimeRecoveryDays: 1 }, 'pointInTimeRecoveryDays: must be 7 or more in prod'],
    [{ dashboardUrl: 'http://app.example.com' }, 'dashboardUrl: must start with https:// in prod'],
    [{ routerTasksMin: 1 }, 'routerTasksMin: must be 2 or more in prod'],
    [{ managerTasks: 1 }, 'managerTasks: must be 2 or more in prod'],
    [{ cacheNodes: 1 }, 'cacheNodes: must be 2 or more in prod'],
    [{ serviceSpot: true }, 'serviceSpot: must be false in prod'],
  ])('refuse %j in prod, though dev may have it', (context, line) => {
    expect(refusal({ stage: 'prod', ...context })).toContain(`\n- ${line}`);
    expect(() => readSettings({ stage: 'dev', ...context })).not.toThrow();
  });
});
