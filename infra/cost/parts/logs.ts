import { bytes, fixedNumbers, linesOfWake } from '../behaviour.ts';
import { hoursOfMonth, secondsOfMonth } from '../load.ts';
import type { Item, Situation } from '../situation.ts';
import { routersOf, warmTasksOf } from './compute.ts';
import { invocationsOf, millisecondsOf, running } from './functions.ts';

const gigabyte = 1024 ** 3;
/** CloudWatch keeps logs compressed: about this share of what came in. */
const compressed = 0.15;
const daysOfMonth = hoursOfMonth / 24;
/** X-Ray traces a request a second and five percent of the others where nothing else is said. */
const tracedOfOthers = 0.05;

/** Logs with the function that shows instances' lines to their owners, measures, alarms and traces. */
export function logs(situation: Situation): Item[] {
  const { settings } = situation;
  const invocations = invocationsOf(situation);
  const all = invocations.api + invocations.tasks + invocations.usage + invocations.logs;
  const incoming = logBytesOf(situation, all) / gigabyte;
  const kept = incoming * (settings.logRetentionDays / daysOfMonth) * compressed;
  const traced = Math.min(all, secondsOfMonth + tracedOfOthers * Math.max(0, all - secondsOfMonth));
  return [
    { part: 'logs and measures', what: 'log lines taken in', price: 'logIntake', quantity: incoming },
    { part: 'logs and measures', what: 'logs kept', price: 'logStorage', quantity: kept },
    ...running('logs and measures', 'lines for owners', invocations.logs, (invocations.logs * millisecondsOf('logs')) / 1_000),
    ...measures(situation),
    { part: 'logs and measures', what: 'alarms', price: 'alarm', quantity: fixedNumbers.alarms },
    { part: 'logs and measures', what: 'dashboards', price: 'dashboard', quantity: fixedNumbers.dashboards },
    { part: 'logs and measures', what: 'traces', price: 'trace', quantity: traced },
  ];
}

function measures(situation: Situation): Item[] {
  const { settings, load } = situation;
  const tasks = routersOf(situation) + settings.managerTasks;
  const { insightsMetricsOfService, insightsMetricsOfTask, insightsMetricsOfInstance, ownMetrics } = fixedNumbers;
  const insights = 2 * insightsMetricsOfService + tasks * insightsMetricsOfTask;
  const running = load.awakeHours / hoursOfMonth + warmTasksOf(situation);
  return [
    { part: 'logs and measures', what: 'measures of our own', price: 'metric', quantity: ownMetrics },
    {
      part: 'logs and measures',
      what: 'measures of API routes',
      price: 'metric',
      quantity: fixedNumbers.apiRoutesMeasured * fixedNumbers.apiMetricsOfRoute,
    },
    { part: 'logs and measures', what: 'Container Insights: platform', price: 'insightsMetric', quantity: insights },
    ...(settings.instanceInsights
      ? ([
          {
            part: 'logs and measures',
            what: 'Container Insights: instances',
            price: 'metric',
            quantity: running * insightsMetricsOfInstance,
          },
        ] as const)
      : []),
  ];
}

function logBytesOf(situation: Situation, invocations: number): number {
  const { load, settings } = situation;
  const routers = routersOf(situation);
  const ofInstances = (load.calls + load.wakes * linesOfWake) * bytes.instanceLogLine;
  const ofFunctions = invocations * bytes.functionLog + invocationsOf(situation).api * bytes.apiLogLine;
  // A line of measures a minute, a dozen of the manager.
  const ofServices = (routers + 12 * settings.managerTasks) * (secondsOfMonth / 60) * bytes.instanceLogLine;
  // Connections, as both ends see them, every ten minutes; refused ones alone are noise from outside.
  const flows = settings.flowLogTraffic === 'all' ? 20 : 1;
  const tasksHours = load.awakeHours + (routers + settings.managerTasks + warmTasksOf(situation)) * hoursOfMonth;
  const ofFlows = tasksHours * 6 * flows * bytes.flowLogRecord;
  return ofInstances + ofFunctions + ofServices + ofFlows;
}
