import { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { serviceFamily } from '../names.ts';
import { subnets } from '../stacks/network.ts';
import { acceptFinding, acceptWildcards } from './accepted-findings.ts';
import { keyStatement } from './access-policy.ts';
import { RetainedLogGroup } from './retained-log-group.ts';
import { type ImageName, ServiceImage } from './service-image.ts';
import { taskPrincipal } from './task-principal.ts';

export interface PlatformServiceProps {
  settings: Settings;
  cluster: ecs.ICluster;
  securityGroup: ec2.ISecurityGroup;
  image: Exclude<ImageName, 'instance'>;
  /** CPU units and mebibytes. */
  cpu: number;
  memory: number;
  tasks: number;
  environment: Record<string, string>;
  /** By the name of the variable in which the container finds it. Fetched before it starts; the task definition names it alone. */
  secrets: Record<string, ISecret>;
  /** Encrypts all of the secrets. */
  secretsKey: kms.IKey;
  /** What the program may do. */
  permissions: iam.PolicyStatement[];
  /** Where the load balancer finds it. */
  port?: number;
}

/**
 * Of a program that no load balancer asks whether it lives: ECS ignores the check that the image itself brings, and would keep one that
 * hangs for ever.
 */
const ownHealthCheck: ecs.HealthCheck = {
  command: ['CMD', 'node', '/app/health-check.cjs'],
  interval: Duration.seconds(30),
  timeout: Duration.seconds(5),
  retries: 3,
  startPeriod: Duration.seconds(60),
};

/** A long-running program of ours on Fargate: a router, or the manager. */
export class PlatformService extends Construct {
  readonly service: ecs.FargateService;
  readonly taskDefinition: ecs.FargateTaskDefinition;

  constructor(scope: Construct, id: string, props: PlatformServiceProps) {
    super(scope, id);
    const { settings } = props;
    const logGroup = new RetainedLogGroup(this, 'Logs', { settings });
    const image = new ServiceImage(this, 'Image', props.image);
    const executionRole = new iam.Role(this, 'ExecutionRole', {
      assumedBy: taskPrincipal(this),
      description: `Starts the ${props.image} (${settings.stage})`,
    });
    image.repository.grantPull(executionRole);
    logGroup.grantWrite(executionRole);
    executionRole.addToPolicy(
      new iam.PolicyStatement({
        sid: 'Secrets',
        actions: ['secretsmanager:GetSecretValue'],
        resources: Object.values(props.secrets).map((secret) => secret.secretArn),
      }),
    );
    executionRole.addToPolicy(keyStatement(this, 'SecretsKey', props.secretsKey, 'secretsmanager', ['kms:Decrypt']));
    const taskRole = new iam.Role(this, 'TaskRole', {
      assumedBy: taskPrincipal(this),
      description: `Of the ${props.image} (${settings.stage})`,
    });
    for (const statement of props.permissions) taskRole.addToPolicy(statement);
    acceptWildcards(taskRole, props.permissions);
    acceptWildcards(executionRole, [{ sid: 'PullImages', resources: ['*'] }]);

    this.taskDefinition = new ecs.FargateTaskDefinition(this, 'Task', {
      family: serviceFamily(settings, props.image),
      cpu: props.cpu,
      memoryLimitMiB: props.memory,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
      // The toolkit would give an execution role more than it needs.
      executionRole: executionRole.withoutPolicyUpdates(),
      taskRole: taskRole.withoutPolicyUpdates(),
    });
    acceptFinding(this.taskDefinition, 'ECS2', 'Names and places alone, which a test checks; secrets come by reference.');
    const linuxParameters = new ecs.LinuxParameters(this, 'Linux', { initProcessEnabled: true });
    linuxParameters.dropCapabilities(ecs.Capability.ALL);
    this.taskDefinition.addContainer(props.image, {
      image: ecs.ContainerImage.fromDockerImageAsset(image),
      environment: props.environment,
      secrets: Object.fromEntries(
        Object.entries(props.secrets).map(([variable, secret]) => [
          variable,
          // By its ARN alone: the toolkit would write the role into the policy of the key, which is in a stack that knows nothing of it.
          ecs.Secret.fromSecretsManager(Secret.fromSecretCompleteArn(this, variable, secret.secretArn)),
        ]),
      ),
      logging: ecs.LogDrivers.awsLogs({
        logGroup,
        streamPrefix: props.image,
        // A log that cannot be written must not hold up a router: lines are dropped beyond this.
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
      }),
      readonlyRootFilesystem: true,
      linuxParameters,
      // The longest that Fargate waits. Routers close their streams one by one, the manager hands over its lease.
      stopTimeout: Duration.seconds(120),
      ...(props.port === undefined ? { healthCheck: ownHealthCheck } : { portMappings: [{ containerPort: props.port }] }),
    });

    this.service = new ecs.FargateService(this, 'Service', {
      cluster: props.cluster,
      taskDefinition: this.taskDefinition,
      desiredCount: props.tasks,
      vpcSubnets: subnets.platform,
      securityGroups: [props.securityGroup],
      assignPublicIp: false,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      capacityProviderStrategies: [{ capacityProvider: settings.serviceSpot ? 'FARGATE_SPOT' : 'FARGATE', weight: 1 }],
      propagateTags: ecs.PropagatedTagSource.SERVICE,
      ...(props.port === undefined ? {} : { healthCheckGracePeriod: Duration.seconds(60) }),
    });
    // A task that starts before its roles may do anything fails, and the deployment with it.
    this.service.node.addDependency(executionRole, taskRole);
  }
}
