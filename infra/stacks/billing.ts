import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Trigger } from 'aws-cdk-lib/triggers';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import type { BillingDatabase } from '../constructs/billing-database.ts';
import { databaseStatements } from '../constructs/database-access.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { databaseEnvironment, sharedEnvironment } from '../function-environment.ts';
import { subnets } from './network.ts';

export interface BillingStackProps extends StackProps {
  settings: Settings;
  functionBundles: string;
  vpc: ec2.IVpc;
  database: BillingDatabase;
}

/**
 * Brings the schema of the billing database up to date at every deployment whose migrations are other ones, before the functions that
 * rely on it. A migration that fails fails the deployment, and leaves schema and functions as they were.
 */
export class BillingStack extends Stack {
  constructor(scope: Construct, id: string, { settings, vpc, database, ...props }: BillingStackProps) {
    super(scope, id, props);
    const network = new ec2.SecurityGroup(this, 'Migrations', {
      vpc,
      description: 'Migrations of the billing database',
      allowAllOutbound: false,
    });
    network.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'AWS services');
    const migrate = new ServiceFunction(this, 'Migrate', {
      settings,
      functionBundles: props.functionBundles,
      bundle: 'migrate-billing',
      description: 'Migrations of the billing database',
      environment: { ...sharedEnvironment(settings), ...databaseEnvironment(database) },
      permissions: databaseStatements(this, database),
      timeout: Duration.minutes(5),
      network: { vpc, subnets: subnets.platform, securityGroups: [database.clients, network] },
    });
    new Trigger(this, 'BeforeFunctions', { handler: migrate.function, timeout: Duration.minutes(6) });
  }
}
