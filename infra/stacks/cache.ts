import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptFinding } from '../constructs/accepted-findings.ts';
import { cacheMetric } from '../constructs/platform-metrics.ts';
import { alarmPeriod, ServiceAlarm } from '../constructs/service-alarm.ts';
import { cachePort } from '../network-ports.ts';
import { subnets } from './network.ts';

export interface CacheStackProps extends StackProps {
  settings: Settings;
  vpc: ec2.IVpc;
  securityGroup: ec2.ISecurityGroup;
  encryptionKey: kms.IKey;
  password: secretsmanager.ISecret;
  alarmTopic: ITopic;
}

/** What its clients need. */
export interface CacheAccess {
  /** With the user's name and without a password, such as `rediss://platform@host:6379`. */
  url: string;
  password: secretsmanager.ISecret;
}

/** Name of the one user of the cache. */
const cacheUser = 'platform';

/**
 * Valkey, where routers share sessions and activity. Nodes rather than the serverless kind: scripts and commands over several keys
 * behave as on the Redis of one machine, and the price does not grow with every poll. Nothing in it has to survive: a session is known
 * from its signed id, so there are no snapshots.
 */
export class CacheStack extends Stack {
  readonly access: CacheAccess;

  constructor(
    scope: Construct,
    id: string,
    { settings, vpc, securityGroup, encryptionKey, password, ...props }: CacheStackProps,
  ) {
    super(scope, id, props);
    const name = `smartlead-mcp-${settings.stage}`;
    const user = new elasticache.CfnUser(this, 'User', {
      engine: 'valkey',
      userId: name,
      userName: cacheUser,
      // Everything with data, nothing with the server itself.
      accessString: 'on ~* &* +@all -@admin -@dangerous',
      // CloudFormation fetches the password when it deploys; the template holds a reference.
      authenticationMode: { Type: 'password', Passwords: [password.secretValue.unsafeUnwrap()] },
    });
    const users = new elasticache.CfnUserGroup(this, 'Users', { engine: 'valkey', userGroupId: name, userIds: [user.ref] });
    const subnetGroup = new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: 'Subnets without a way out',
      cacheSubnetGroupName: name,
      subnetIds: vpc.selectSubnets(subnets.isolated).subnetIds,
    });
    const survivesLoss = settings.cacheNodes > 1;
    const cache = new elasticache.CfnReplicationGroup(this, 'Valkey', {
      replicationGroupId: name,
      replicationGroupDescription: 'Sessions and activity that routers share',
      engine: 'valkey',
      engineVersion: '8.1',
      cacheNodeType: `cache.${settings.cacheNodeType}`,
      numCacheClusters: settings.cacheNodes,
      automaticFailoverEnabled: survivesLoss,
      multiAzEnabled: survivesLoss,
      port: cachePort,
      cacheSubnetGroupName: subnetGroup.ref,
      securityGroupIds: [securityGroup.securityGroupId],
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: true,
      kmsKeyId: encryptionKey.keyId,
      userGroupIds: [users.ref],
      autoMinorVersionUpgrade: true,
      preferredMaintenanceWindow: 'sun:05:00-sun:06:00',
      snapshotRetentionLimit: 0,
    });
    acceptFinding(
      cache,
      'AEC6',
      'Its user has a password and rights of its own (role-based access control), which replaces AUTH.',
    );
    if (!survivesLoss) acceptFinding(cache, 'AEC4', 'A deployment to develop with; prod has to have two nodes or more.');
    this.access = { url: `rediss://${cacheUser}@${cache.attrPrimaryEndPointAddress}:${cachePort}`, password };

    for (let node = 1; node <= settings.cacheNodes; node += 1) this.#watchNode(settings, node, props.alarmTopic);
    new CfnOutput(this, 'CacheEndpoint', { value: cache.attrPrimaryEndPointAddress });
  }

  #watchNode(settings: Settings, node: number, topic: ITopic): void {
    const metric = (name: string, statistic: string) => cacheMetric(settings, node, name, { statistic, period: alarmPeriod });
    new ServiceAlarm(this, `MemoryOfNode${node}`, {
      topic,
      metric: metric('DatabaseMemoryUsagePercentage', 'Maximum'),
      description: 'The cache is nearly full and will forget sessions soon. Look at its memory by hour, then take a larger node.',
      threshold: 80,
    });
    new ServiceAlarm(this, `EvictionsOfNode${node}`, {
      topic,
      metric: metric('Evictions', 'Sum'),
      description: 'The cache is full and forgets sessions. Look at its memory, and take a larger node (cacheNodeType).',
      threshold: 1,
    });
    new ServiceAlarm(this, `ProcessorOfNode${node}`, {
      topic,
      metric: metric('EngineCPUUtilization', 'Average'),
      description: 'The cache has no time left and slows every call down. Look at its commands by kind, then take a larger node.',
      threshold: 80,
      periods: 3,
    });
  }
}
