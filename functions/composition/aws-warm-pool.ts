import type { PlatformTable } from '../adapters/dynamodb/table.ts';
import { DynamoWarmPool } from '../adapters/dynamodb/warm-pool.ts';
import type { TakeWarmProcessParts } from '../adapters/warm-pool/take-warm-process.ts';
import { demandHours } from '../domain/warm-pool/desired-warm.ts';
import { kindsToKeep } from '../domain/warm-pool/kinds-to-keep.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import type { OrphanConfirmation } from '../instance-manager/orphan-confirmation.ts';
import { WarmPoolKeeper } from '../instance-manager/warm-pool-keeper.ts';
import type { Clock, InstanceVersions, RolloutStore, WarmProcessStarter } from '../ports.ts';
import type { ManagerEnvironment } from './aws-environment.ts';

/** A task is there half a minute or a minute after it was asked for. */
const replacementSeconds = 60;
/** Tasks that wait, of all kinds together, for each that waits where nobody asks: what a wrong forecast may cost at most. */
const growth = 20;

export interface AwsWarmPoolPorts {
  table: PlatformTable;
  clock: Clock;
  rollouts: Pick<RolloutStore, 'findActive'>;
  report: ReportIncident;
}

/**
 * The warm pool of the manager; `undefined` where none is kept.
 * @param intervalMilliseconds Between two looks that nobody asked for, where it is not as usual.
 */
export function createAwsWarmPool(
  { WARM_POOL_SIZE: minimum }: Pick<ManagerEnvironment, 'WARM_POOL_SIZE'>,
  ports: AwsWarmPoolPorts,
  intervalMilliseconds?: number,
) {
  if (minimum === 0) return undefined;
  const { table, clock, rollouts, report } = ports;
  const pool = new DynamoWarmPool(table);
  let keeper: WarmPoolKeeper | undefined;
  const forLaunches: TakeWarmProcessParts = { clock, pool, report, changed: () => void keeper?.keep() };
  return {
    forLaunches,
    keptBy(processes: WarmProcessStarter, versions: Pick<InstanceVersions, 'current'>, orphanConfirmation: OrphanConfirmation) {
      keeper = new WarmPoolKeeper(
        {
          ...{ clock, pool, report, orphanConfirmation },
          starter: processes,
          kinds: async () => {
            const since = new Date(clock.now().getTime() - demandHours * 3_600_000).toISOString();
            const [current, active, demand] = await Promise.all([
              versions.current(),
              rollouts.findActive(),
              pool.readDemand(since),
            ]);
            return kindsToKeep(current, active, demand);
          },
        },
        {
          ...{ minimum, maximum: minimum * growth, replacementSeconds },
          ...(intervalMilliseconds === undefined ? {} : { intervalMilliseconds }),
        },
      );
      return { pool, processes, keeper };
    },
  };
}
