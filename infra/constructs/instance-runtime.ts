import { Fn, Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { instanceClusterName, taskFamilyPrefix } from '../names.ts';
import { subnets } from '../stacks/network.ts';
import { acceptWildcards } from './accepted-findings.ts';
import { RetainedLogGroup } from './retained-log-group.ts';
import { ServiceImage } from './service-image.ts';
import { taskPrincipal } from './task-principal.ts';

export interface InstanceRuntimeProps {
  settings: Settings;
  vpc: ec2.IVpc;
  securityGroup: ec2.ISecurityGroup;
  /** ARN pattern of all customers' secrets. */
  customerSecretsArnPattern: string;
  secretsKey: kms.IKey;
  warmPoolSecret: secretsmanager.ISecret;
}

/** What instances run with: image, log and the two roles of their tasks. The tasks themselves are made at run time. */
export class InstanceRuntime extends Construct {
  readonly logGroup: logs.LogGroup;
  /**
   * Of Fargate, for what it does before the container starts: pull the image, fetch the secret that a task definition names, write the
   * log. The container never holds it.
   */
  readonly executionRole: iam.Role;
  /** Of the container: it may do nothing. */
  readonly taskRole: iam.Role;
  /** Image of instances that this release brings. */
  readonly imageUri: string;
  /** Names by which launchers know all this; `functions/composition/aws-environment.ts` reads them. */
  readonly environment: Record<string, string>;

  constructor(scope: Construct, id: string, props: InstanceRuntimeProps) {
    super(scope, id);
    const { settings } = props;
    const image = new ServiceImage(this, 'Image', 'instance');
    this.logGroup = new RetainedLogGroup(this, 'Logs', { settings });
    this.executionRole = new iam.Role(this, 'ExecutionRole', {
      assumedBy: taskPrincipal(this),
      description: `Starts instances (${settings.stage})`,
    });
    image.repository.grantPull(this.executionRole);
    this.logGroup.grantWrite(this.executionRole);
    const secrets = new iam.PolicyStatement({
      sid: 'Secrets',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [props.customerSecretsArnPattern, props.warmPoolSecret.secretArn],
    });
    this.executionRole.addToPolicy(secrets);
    acceptWildcards(this.executionRole, [secrets, { sid: 'PullImages', resources: ['*'] }]);
    this.executionRole.addToPolicy(
      new iam.PolicyStatement({
        sid: 'SecretsKey',
        actions: ['kms:Decrypt'],
        resources: [props.secretsKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this).region}.amazonaws.com` } },
      }),
    );
    this.taskRole = new iam.Role(this, 'TaskRole', {
      assumedBy: taskPrincipal(this),
      description: `Of instances, which may do nothing (${settings.stage})`,
    });

    this.imageUri = image.imageUri;
    this.environment = {
      CLUSTER: instanceClusterName(settings),
      INSTANCE_IMAGE: this.imageUri,
      INSTANCE_SUBNETS: Fn.join(',', props.vpc.selectSubnets(subnets.instances).subnetIds),
      INSTANCE_SECURITY_GROUPS: props.securityGroup.securityGroupId,
      INSTANCE_EXECUTION_ROLE_ARN: this.executionRole.roleArn,
      INSTANCE_TASK_ROLE_ARN: this.taskRole.roleArn,
      INSTANCE_LOG_GROUP: this.logGroup.logGroupName,
      TASK_FAMILY_PREFIX: taskFamilyPrefix(settings),
      WARM_POOL_SIZE: String(settings.warmPoolSize),
      POOL_SECRET_ARN: props.warmPoolSecret.secretArn,
    };
  }
}
