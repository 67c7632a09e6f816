import { createHash } from 'node:crypto';
import type { RegisterTaskDefinitionCommandInput, Secret } from '@aws-sdk/client-ecs';
import type { InstanceSize } from '../../../core/instance-configuration.ts';
import { ownKeyVariable, warmEnvironment } from '../../../core/warm-assignment.ts';
import { type FargateSettings, instancePort } from './settings.ts';

/** CPU units and mebibytes of a task. */
export interface TaskSize {
  cpu: number;
  memory: number;
}

/**
 * What a size is on Fargate: the heap that the size promises (`heapLimitMebibytes`) and some 150 MiB for Node.js beside it, 50 MiB for
 * the health check while it runs, and what is left up to the next combination that Fargate offers.
 * Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
 */
export const taskSizes: Readonly<Record<InstanceSize, TaskSize>> = {
  small: { cpu: 256, memory: 512 },
  medium: { cpu: 256, memory: 1024 },
  large: { cpu: 512, memory: 1024 },
};

/** Name of the one container. */
export const containerName = 'instance';
/** Name of the tag with the digest of a definition's content. */
export const contentTag = 'content';

/** Between the polite and the forced end of a task: instances give their clients 20 s to finish. */
const stopTimeoutSeconds = 30;
/** A task that was started for one instance and never assigned ends by itself, whatever became of whoever started it. */
const longestColdWaitSeconds = 300;

/** A definition, and a digest of all of it that changes what runs. */
export interface TaskDefinitionContent {
  family: string;
  digest: string;
  input: RegisterTaskDefinitionCommandInput;
}

export interface ColdTask {
  instanceId: string;
  size: InstanceSize;
  version: string;
  image: string;
  /** Where this very version of the Smartlead key lies. */
  key: { arn: string; versionId: string };
}

export interface WarmTask {
  size: InstanceSize;
  version: string;
  image: string;
}

export function coldFamily({ familyPrefix }: Pick<FargateSettings, 'familyPrefix'>, instanceId: string): string {
  return `${familyPrefix}-${instanceId}`;
}

export function warmFamily({ familyPrefix }: Pick<FargateSettings, 'familyPrefix'>, size: InstanceSize): string {
  return `${familyPrefix}-warm-${size}`;
}

/**
 * The definition of tasks of one instance. Fargate itself fetches the key, with the execution role, and only the one version of the one
 * secret that is named here. All else, the access token too, comes by the protocol of the warm pool right after the start: so no secret
 * is needed that lives for one launch, no environment holds the token, and a task that nobody assigns serves nobody.
 * @param controlPlaneKey Public key that may assign it, as 32 bytes.
 */
export function coldTaskDefinition(settings: FargateSettings, controlPlaneKey: Buffer, task: ColdTask): TaskDefinitionContent {
  const { arn, versionId } = task.key;
  return withDigest(settings, {
    family: coldFamily(settings, task.instanceId),
    size: task.size,
    image: task.image,
    controlPlaneKey,
    command: ['warm', '--max-age', String(longestColdWaitSeconds)],
    // A version is asked for as arn:json-key:version-stage:version-id:
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    secrets: [{ name: ownKeyVariable, valueFrom: `${arn}:::${versionId}` }],
    streamPrefix: task.instanceId,
    tags: { instance: task.instanceId, version: task.version },
  });
}

/** The definition of tasks that wait for a customer: the same for all of one size. */
export function warmTaskDefinition(settings: FargateSettings, controlPlaneKey: Buffer, task: WarmTask): TaskDefinitionContent {
  return withDigest(settings, {
    family: warmFamily(settings, task.size),
    size: task.size,
    image: task.image,
    controlPlaneKey,
    command: ['warm'],
    secrets: [],
    streamPrefix: 'warm',
    tags: { size: task.size, version: task.version },
  });
}

interface Container {
  family: string;
  size: InstanceSize;
  image: string;
  controlPlaneKey: Buffer;
  command: string[];
  secrets: Secret[];
  streamPrefix: string;
  tags: Record<string, string>;
}

function withDigest(settings: FargateSettings, container: Container): TaskDefinitionContent {
  const { tags, ...input } = definitionOf(settings, container);
  const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 32);
  return { family: container.family, digest, input: { ...input, tags: [...(tags ?? []), { key: contentTag, value: digest }] } };
}

function definitionOf(settings: FargateSettings, container: Container): RegisterTaskDefinitionCommandInput {
  const { cpu, memory } = taskSizes[container.size];
  return {
    family: container.family,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
    cpu: String(cpu),
    memory: String(memory),
    executionRoleArn: settings.executionRoleArn,
    ...(settings.taskRoleArn === undefined ? {} : { taskRoleArn: settings.taskRoleArn }),
    containerDefinitions: [
      {
        name: containerName,
        image: container.image,
        essential: true,
        cpu,
        memory,
        // The entry point is the image's own: Node.js under its permission model, with a heap that fits into the container's memory.
        command: container.command,
        user: '1000:1000',
        readonlyRootFilesystem: true,
        linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
        // The only limit that Fargate sets itself, said again so that it cannot change: a stream takes one file.
        ulimits: [{ name: 'nofile', softLimit: 65_535, hardLimit: 65_535 }],
        portMappings: [{ containerPort: instancePort, protocol: 'tcp' }],
        environment: [{ name: warmEnvironment.controlPlaneKey, value: container.controlPlaneKey.toString('base64url') }],
        secrets: [{ name: warmEnvironment.poolSecret, valueFrom: settings.poolSecretArn }, ...container.secrets],
        healthCheck: {
          command: ['CMD', 'node', '/app/health-check.cjs'],
          interval: 30,
          timeout: 5,
          retries: 3,
          startPeriod: 30,
        },
        stopTimeout: stopTimeoutSeconds,
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': settings.logGroup,
            'awslogs-region': settings.region,
            'awslogs-stream-prefix': container.streamPrefix,
            // A log that cannot be written must not hold up an instance: lines are dropped beyond this.
            mode: 'non-blocking',
            'max-buffer-size': '4m',
          },
        },
      },
    ],
    tags: Object.entries({ service: 'smartlead-mcp', stage: settings.stage, ...container.tags }).map(([key, value]) => ({
      key,
      value,
    })),
  };
}
