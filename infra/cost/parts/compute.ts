import { callsPerSecondOfRouter, peakToAverage } from '../behaviour.ts';
import { hoursOfMonth, secondsOfMonth } from '../load.ts';
import { prices } from '../prices.ts';
import type { Item, Part, Situation } from '../situation.ts';

const unitsOfProcessor = 1_024;
const mebibytesOfGigabyte = 1_024;

/** Tasks of customers, only as long as they run. */
export function instances(situation: Situation): Item[] {
  const { load, program, spotShare } = situation;
  return [
    ...task('instances', 'awake', program.instanceTask, load.awakeHours * (1 - spotShare)),
    ...task('instances', 'awake on Spot', program.instanceTask, load.awakeHours * spotShare, spotFactor(situation)),
  ];
}

/** Tasks that wait for a customer, day and night. */
export function warmPool(situation: Situation): Item[] {
  const { program } = situation;
  return task('warm pool', 'waiting', program.instanceTask, warmTasksOf(situation) * hoursOfMonth);
}

/** As many as are asked for, or as the keeper of the pool would have wait for the busiest hour. */
export function warmTasksOf({ load, program, warmTasks }: Pick<Situation, 'load' | 'program' | 'warmTasks'>): number {
  return warmTasks ?? program.warmTasks((load.wakes / hoursOfMonth) * peakToAverage);
}

/** Long-running programs of the platform. */
export function services(situation: Situation): Item[] {
  const { settings } = situation;
  const factor = settings.serviceSpot ? spotFactor(situation) : 1;
  const router = { cpu: settings.routerCpu, memory: settings.routerMemory };
  const manager = { cpu: settings.managerCpu, memory: settings.managerMemory };
  return [
    ...task('routers and manager', 'routers', router, routersOf(situation) * hoursOfMonth, factor),
    ...task('routers and manager', 'manager', manager, settings.managerTasks * hoursOfMonth, factor),
  ];
}

/** Routers on average: one for so many streams, for so many calls, and at least those that always run. */
export function routersOf({ settings, load }: Pick<Situation, 'settings' | 'load'>): number {
  const { routerTasksMin, routerTasksMax, routerStreamsPerTask, routerCpu } = settings;
  const forStreams = load.streamHours / hoursOfMonth / routerStreamsPerTask;
  const forCalls = load.calls / secondsOfMonth / (callsPerSecondOfRouter * (routerCpu / unitsOfProcessor));
  return Math.min(routerTasksMax, Math.max(routerTasksMin, Math.ceil(Math.max(forStreams, forCalls))));
}

function spotFactor({ region }: Pick<Situation, 'region'>): number {
  return prices.fargateSpot.usd[region];
}

function task(part: Part, what: string, { cpu, memory }: { cpu: number; memory: number }, hours: number, factor = 1): Item[] {
  if (hours === 0) return [];
  return [
    { part, what: `${what}: processors`, price: 'fargateProcessor', quantity: (cpu / unitsOfProcessor) * hours, factor },
    { part, what: `${what}: memory`, price: 'fargateMemory', quantity: (memory / mebibytesOfGigabyte) * hours, factor },
  ];
}
