import { awsTiming } from '../container/router/aws/timing.ts';
import { taskSizes } from '../functions/adapters/fargate/task-definition.ts';
import { desiredWarm } from '../functions/domain/warm-pool/desired-warm.ts';
import { lifecycleDefinition } from '../functions/instance-manager/lifecycle-definition.ts';
import type { Program } from '../infra/cost/program.ts';
import { tasksOfAStart } from '../infra/function-access.ts';
import { pathOf } from '../infra/lifecycle-paths.ts';

/** As `functions/composition/aws-warm-pool.ts` has it: how long a task takes to be there, and how far the pool may grow. */
const replacementSeconds = 60;
const growth = 20;

/** What `infra/cost/` has to know of the code of the others. @param warmTasksMin Tasks that always wait. */
export function programFacts(warmTasksMin: number): Program {
  const start = pathOf(lifecycleDefinition, 'launch');
  const sleep = pathOf(lifecycleDefinition, 'sleep');
  const seconds = (milliseconds: number | undefined): number => {
    if (milliseconds === undefined) throw new Error('container/router/aws/timing.ts leaves out a time that costs something.');
    return milliseconds / 1_000;
  };
  return {
    instanceTask: taskSizes.small,
    transitions: { start: start.states.length, sleep: sleep.states.length },
    calls: { start: start.calls, sleep: sleep.calls },
    functionsKeptReady: tasksOfAStart.size,
    usageFlushSeconds: seconds(awsTiming.usageFlushMs),
    streamUsageSeconds: seconds(awsTiming.streamUsageMs),
    lookUpSeconds: seconds(awsTiming.lookUpMaxAgeMs),
    tokenNoteSeconds: seconds(awsTiming.tokenUsedMs),
    streamLookSeconds: seconds(awsTiming.standingStreamLookMs),
    warmTasks: (launches) => warmTasksFor(launches, warmTasksMin),
  };
}

/** What the keeper of the pool would have wait, by its own rule. */
function warmTasksFor(launchesInBusiestHour: number, minimum: number): number {
  const now = new Date(Date.UTC(2026, 0, 1, 9, 30));
  const hour = new Date(Date.UTC(2026, 0, 1, 8)).toISOString();
  const kind = { size: 'small', version: 'current' } as const;
  const demand = [{ ...kind, hour, claimed: launchesInBusiestHour, missed: 0 }];
  const size = { minimum, maximum: minimum * growth, replacementSeconds };
  // Nothing waits where a deployment does without a pool.
  return minimum === 0 ? 0 : (desiredWarm(demand, [kind], size, now)[0]?.count ?? 0);
}
