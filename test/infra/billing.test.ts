import { Match, type Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migratorRole } from '../../functions/billing/roles.ts';
import { migrator } from '../../infra/constructs/database-access.ts';
import { always, joinNetwork, permissionsByFunction } from './permissions.ts';
import { placeholderBundles, type SynthesizedStage, synthesizeStage } from './synthesized-stage.ts';

let stage: SynthesizedStage;
let billing: Template;
let removeBundles: () => Promise<void>;

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  stage = await synthesizeStage('prod', { functionBundles: bundles.folder });
  ({ billing } = stage.templates);
});
afterAll(() => removeBundles());

describe('the migrations of the billing database', () => {
  it('run at each deployment that has other ones, after the database and before the API', () => {
    billing.hasResourceProperties('Custom::Trigger', {
      // Another version of the function for other code, so that the trigger is another one.
      HandlerArn: { Ref: Match.stringLikeRegexp('^MigrateFunctionCurrentVersion') },
      InvocationType: 'RequestResponse',
    });
    const { stacks } = stage;
    expect(stacks.billing.dependencies).toContain(stacks.data);
    expect(stacks.api.dependencies).toContain(stacks.billing);
  });

  it('may sign in as the owner of the schema, read the password of the master user, and nothing else', () => {
    expect(permissionsByFunction(billing)).toEqual({
      'Migrations of the billing database': [
        ...always,
        joinNetwork,
        "rds-db: connect on the schema's owner",
        "secretsmanager: GetSecretValue on the master user's password",
        'kms: Decrypt on the data key through secretsmanager',
      ].sort(),
    });
    expect(migrator).toBe(migratorRole);
  });

  it('are alone with the database: nobody else reads the password of its master user', () => {
    const readers = stage
      .resources('AWS::IAM::Policy')
      .filter(([, { Properties }]) => JSON.stringify(Properties.PolicyDocument).includes('MasterUserSecret'));
    expect(readers.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual(['billing/MigrateRoleDefaultPolicy']);
  });

  it('reach the database and AWS services from private subnets, and check the certificate of the server', () => {
    billing.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: Match.objectLike({
        SecurityGroupIds: [{ 'Fn::ImportValue': Match.stringLikeRegexp('DatabaseClients') }, Match.objectLike({})],
      }),
      Environment: { Variables: Match.objectLike({ DATABASE_CA_FILE: '/var/runtime/ca-cert.pem', DATABASE_NAME: 'billing' }) },
    });
    billing.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [Match.objectLike({ FromPort: 443, ToPort: 443 })],
      SecurityGroupIngress: Match.absent(),
    });
  });
});
