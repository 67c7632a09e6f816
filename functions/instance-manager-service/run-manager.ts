import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Logger } from '../api/platform.ts';
import { managerEnvironmentSchema, readEnvironment } from '../composition/aws-environment.ts';
import { createAwsManager } from '../composition/aws-manager.ts';
import { managerLeases } from '../composition/aws-manager-lease.ts';
import { awsManagerParts } from '../composition/aws-manager-parts.ts';
import { reportToLog } from '../composition/report-incident.ts';
import { standardOutputLogger } from '../composition/standard-output-logger.ts';
import type { LeaseStore } from '../ports.ts';
import { type ManagerRole, startHealthServer } from './health-server.ts';
import { LeaseKeeper } from './lease-keeper.ts';

export interface RunningManager {
  start(): Promise<void>;
  /** Ends in order what is under way. */
  stop(): Promise<void>;
}

export interface ManagerParts {
  logger: Logger;
  port: number;
  leases: LeaseStore;
  /** @param holder Names this process for what it holds in the table. */
  createManager(holder: string): RunningManager;
  /** Told where the health endpoint listens. */
  listening?(port: number): void;
}

/** Runs the manager of an environment as `infra/` makes it. Answers the exit code. */
export async function runManager(variables: NodeJS.ProcessEnv, asked: AbortSignal): Promise<number> {
  const logger = standardOutputLogger();
  try {
    const environment = readEnvironment(managerEnvironmentSchema, variables);
    // Whatever reads the environment of this process later does not find them.
    for (const name of ['DATA_PLANE_SECRET', 'REDIS_PASSWORD']) delete variables[name];
    return await runWithLease(
      {
        logger,
        port: environment.PORT,
        leases: managerLeases(environment),
        createManager: (holder) =>
          createAwsManager(environment, awsManagerParts(environment, reportToLog(logger)), { holder, logger }),
      },
      asked,
    );
  } catch (error) {
    reportToLog(logger)({ message: 'The manager cannot go on.', cause: error });
    return 1;
  }
}

/**
 * Stands by until it has the lease, then works until it is asked to stop, an error that nobody caught leaves it in an unknown state, or it
 * loses the lease. Where it has lost the lease it does nothing more, not even in order: another process acts already. Answers the exit
 * code: 0 where it was asked to stop.
 */
export async function runWithLease(parts: ManagerParts, asked: AbortSignal): Promise<number> {
  const { logger } = parts;
  const report = reportToLog(logger);
  const failed = new AbortController();
  const fail = (cause: unknown) => {
    report({ message: 'An unexpected error ends the manager.', cause });
    failed.abort();
  };
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  let role: ManagerRole = 'standing-by';
  const health = await startHealthServer(parts.port, () => role);
  try {
    parts.listening?.(health.port);
    const holder = randomUUID();
    const keeper = new LeaseKeeper({ leases: parts.leases, name: 'manager', holder, report });
    const ending = AbortSignal.any([asked, failed.signal, keeper.lost]);
    logger.info('The manager stands by.', { holder });
    if (await keeper.acquire(ending)) {
      role = 'active';
      logger.info('The manager works.', { holder });
      const manager = parts.createManager(holder);
      // A start that takes long must not keep it from ending.
      manager.start().catch(fail);
      if (!ending.aborted) await once(ending, 'abort');
      role = 'stopping';
      if (keeper.lost.aborted) {
        logger.error('The manager has lost its lease and ends at once.', { holder });
        return 1;
      }
      logger.info('The manager stops.', { holder });
      await manager.stop();
      await keeper.release();
    }
    logger.info('The manager has stopped.');
    return failed.signal.aborted ? 1 : 0;
  } finally {
    process.off('unhandledRejection', fail);
    process.off('uncaughtException', fail);
    await health.close();
  }
}
