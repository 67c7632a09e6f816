import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createEcsClient } from '../../../../functions/adapters/fargate/ecs-client.ts';
import { FargateInstanceVersions } from '../../../../functions/adapters/fargate/instance-versions.ts';
import { FargateLauncher, type FargateLauncherParts } from '../../../../functions/adapters/fargate/launcher.ts';
import type { FargateSettings, FargateTimes } from '../../../../functions/adapters/fargate/settings.ts';
import { MemoryWarmPool } from '../../../../functions/adapters/memory/warm-pool.ts';
import type { WarmPoolKeys } from '../../../../functions/adapters/warm-pool/warm-pool-keys.ts';
import type { InstalledImageStore, InstalledImages, LaunchRequest } from '../../../../functions/ports.ts';
import { MemoryInstanceTaskLedger } from '../../in-memory/instance-task-ledger.ts';
import { launchRequest, plantedKey } from '../child-process/launch-request.ts';
import { type Served, startInProcess } from './containers.ts';
import { EcsDouble, type EcsDoubleOptions } from './ecs-double.ts';

export const poolSecretArn =
  'arn:aws:secretsmanager:eu-central-1:123456789012:secret:smartlead-mcp/test/platform/warm-pool-AbCdEf';
export const keyArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:smartlead-mcp/test/keys/key_1-GhIjKl';
export const keyReference = { name: 'keys/key_1', version: 3 };

export const settings: FargateSettings = {
  stage: 'test',
  cluster: 'smartlead-mcp-test',
  region: 'eu-central-1',
  familyPrefix: 'smartlead-mcp-test',
  subnets: ['subnet-1', 'subnet-2'],
  securityGroups: ['sg-1'],
  executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
  taskRoleArn: 'arn:aws:iam::123456789012:role/nothing',
  logGroup: 'instances',
  poolSecretArn,
};

/** As on AWS, but everything takes a hundredth of the time. */
export const quickTimes: Partial<FargateTimes> = {
  launchDeadline: 25_000,
  ledgerPause: 10,
  describePause: 20,
  longestDescribePause: 100,
  settle: 400,
  listAge: 0,
  indexed: 10,
  untagged: 50,
  assignment: 10_000,
};

export const releaseImage = `registry.test/assets:${'ab12'.repeat(16)}`;

export class MemoryImageStore implements InstalledImageStore {
  #images: InstalledImages = { images: [], current: null, previous: null };
  #revision = 0;

  async read() {
    return { ...this.#images, revision: this.#revision };
  }

  async write(images: InstalledImages, revision: number): Promise<boolean> {
    if (revision !== this.#revision) return false;
    this.#images = structuredClone(images);
    this.#revision += 1;
    return true;
  }
}

export interface Installation {
  ecs: EcsDouble;
  keys: WarmPoolKeys;
  ledger: MemoryInstanceTaskLedger;
  pool: MemoryWarmPool;
  versions: FargateInstanceVersions;
  /** Version of the instance that is installed. */
  version: string;
  /** Whom containers in this process serve, by the id of their task. */
  served: Map<string, Served>;
  reports: { message: string; cause: unknown }[];
  /** Another program with a launcher of its own. */
  createLauncher(more?: Partial<FargateLauncherParts>): FargateLauncher;
  close(): Promise<void>;
}

/** An AWS account with the service in it. */
export async function createInstallation(options: Partial<EcsDoubleOptions> = {}): Promise<Installation> {
  const poolSecret = randomBytes(32);
  const keys = { poolSecret, signingKey: generateKeyPairSync('ed25519').privateKey };
  const served = new Map<string, Served>();
  const reports: Installation['reports'] = [];
  const ecs = new EcsDouble({
    startContainer: (start) => startInProcess(start, served),
    readSecret(valueFrom) {
      if (valueFrom === poolSecretArn) return poolSecret.toString('base64url');
      if (valueFrom === `${keyArn}:::version-3`) return plantedKey;
      throw new Error('no such secret');
    },
    ...options,
  });
  const connection = await ecs.listen();
  const clock = { now: () => new Date() };
  const ledger = new MemoryInstanceTaskLedger();
  const pool = new MemoryWarmPool();
  const versions = new FargateInstanceVersions({ store: new MemoryImageStore(), releaseImage, clock });
  const version = await versions.installRelease();
  const clients: { destroy(): void }[] = [];
  return {
    ...{ ecs, keys, ledger, pool, versions, version, served, reports },
    createLauncher(more = {}) {
      const client = createEcsClient({ ...connection, maxAttempts: 3, retryMode: 'standard' });
      clients.push(client);
      return new FargateLauncher({
        ecs: client,
        ...{ settings, clock, ledger, versions },
        keys: async () => ({ ...keys, poolSecret: Buffer.from(keys.poolSecret) }),
        keySecrets: { locate: async () => ({ arn: keyArn, versionId: 'version-3' }) },
        warmPool: { clock, pool, report: (failure) => reports.push(failure) },
        report: (failure) => reports.push(failure),
        times: quickTimes,
        ...more,
      });
    },
    async close() {
      await ecs.close();
      for (const client of clients) client.destroy();
    },
  };
}

export function request(name = 'plain', more: Partial<LaunchRequest> = {}): LaunchRequest {
  return { ...launchRequest(name), keyReference, ...more };
}
