/**
 * Rotates the secret that routers, manager and functions of a deployment share: see `docs/operations.md`.
 *
 *     node scripts/rotate-data-plane-secret.ts --stage prod announce|switch|forget|restart|status
 *
 * Region and credentials are those of the AWS SDK's environment. No secret is printed or passed on a command line.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DescribeServicesCommand, ECSClient, ListServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { InvalidDataPlaneSecretError, RotationOrderError } from '../core/data-plane-secret.ts';
import { stages } from '../infra/config.ts';
import { platformClusterName, platformSecretPrefix } from '../infra/names.ts';
import {
  RestartFailedError,
  type RotationStep,
  rotateDataPlaneSecret,
  rotationSteps,
  type SecretPlace,
  type SecretReaders,
} from './data-plane-rotation.ts';

const usage = `usage: node scripts/rotate-data-plane-secret.ts --stage ${stages.join('|')} ${rotationSteps.join('|')}`;

/**
 * The secret of a stage in Secrets Manager, which has no conditional write. But a label goes from one version to another only where it is on
 * the first: so a new version is put beside the current one, and takes its place then.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
export function storedSecret(client: Pick<SecretsManagerClient, 'send'>, SecretId: string): SecretPlace {
  return {
    async read() {
      const { SecretString, CreatedDate, VersionId } = await client.send(
        new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' }),
      );
      if (SecretString === undefined || CreatedDate === undefined || VersionId === undefined) {
        throw new Error('The secret of the data plane holds no text.');
      }
      return { text: SecretString, putAt: CreatedDate, version: VersionId };
    },
    async write(SecretString, version) {
      const beside = { SecretId, SecretString, VersionStages: ['AWSPENDING'] };
      const { VersionId } = await client.send(new PutSecretValueCommand(beside));
      const move = { SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId: version, MoveToVersionId: VersionId };
      try {
        await client.send(new UpdateSecretVersionStageCommand(move));
      } catch (error) {
        if (!(error instanceof Error && error.name === 'InvalidParameterException')) throw error;
        const message =
          'Somebody else has put another version of the secret meanwhile; nothing was changed. See the step "status".';
        throw new RotationOrderError(message, { cause: error });
      }
    },
  };
}

/** The services of the platform's own cluster: routers and manager, ten at most, which is what one request answers. */
export function platformServices(client: Pick<ECSClient, 'send'>, cluster: string): SecretReaders {
  const names = async () => (await client.send(new ListServicesCommand({ cluster }))).serviceArns ?? [];
  return {
    async list() {
      const services = await names();
      if (services.length === 0) return [];
      const answer = await client.send(new DescribeServicesCommand({ cluster, services }));
      return (answer.services ?? []).map(({ serviceName = '', runningCount = 0, deployments = [] }) => {
        const [only, ...others] = deployments;
        const isDone = others.length === 0 && only?.rolloutState === 'COMPLETED';
        return { name: serviceName, startedAt: isDone ? only.createdAt : undefined, isRunning: runningCount > 0 };
      });
    },
    async restart() {
      for (const service of await names()) {
        await client.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
      }
    },
  };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { stage: { type: 'string' } }, allowPositionals: true });
  const stage = stages.find((name) => name === values.stage);
  const step = rotationSteps.find((name): name is RotationStep => name === positionals[0]);
  if (stage === undefined || step === undefined || positionals.length !== 1) {
    console.error(usage);
    return 2;
  }
  try {
    const next = await rotateDataPlaneSecret(step, {
      secret: storedSecret(new SecretsManagerClient(), `${platformSecretPrefix({ stage })}data-plane`),
      readers: platformServices(new ECSClient(), platformClusterName({ stage })),
      now: () => new Date(),
      makeSecret: () => randomBytes(48).toString('base64url'),
    });
    console.log(next);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(
      isForOperators(error) ? error.message : `${error.name}: ${error.message}\nSee with "status" how the rotation stands.`,
    );
    return 1;
  }
}

function isForOperators(error: Error): boolean {
  return [RotationOrderError, RestartFailedError, InvalidDataPlaneSecretError].some((kind) => error instanceof kind);
}

if (import.meta.main) process.exitCode = await main();
