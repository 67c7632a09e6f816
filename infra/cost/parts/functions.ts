import { functionMemory, functionMilliseconds, linesOfWake, streamLooksInInterval, usualTaskMilliseconds } from '../behaviour.ts';
import { secondsOfMonth } from '../load.ts';
import type { Item, Part, Situation } from '../situation.ts';
import { routersOf } from './compute.ts';
import { apiRequestsOf } from './table.ts';

/** Invocations of functions, by what calls them. */
export function invocationsOf(situation: Situation): { api: number; tasks: number; usage: number; logs: number } {
  const { load, program } = situation;
  const { start, sleep } = program.calls;
  const streams = (load.hoursOfStreams * 3_600) / program.streamUsageSeconds;
  const streamLooks = (routersOf(situation) * secondsOfMonth * streamLooksInInterval) / program.streamUsageSeconds;
  const handOvers = (routersOf(situation) * secondsOfMonth) / program.usageFlushSeconds;
  return {
    api: apiRequestsOf(situation),
    tasks: load.wakes * (start.length + sleep.length),
    // A batch that a router hands over is a message; a message that comes alone is an invocation.
    usage: Math.min(handOvers, load.calls + Math.min(streams, streamLooks)),
    // CloudWatch hands lines on within seconds, each stream of lines for itself.
    logs: load.calls + load.wakes * Math.ceil(linesOfWake / 4),
  };
}

/** The lifecycle: transitions, the functions on the way, and those kept ready so that no start waits for one. */
export function lifecycle(situation: Situation): Item[] {
  const { load, program, settings } = situation;
  const { transitions, calls } = program;
  const seconds = [...calls.start, ...calls.sleep].reduce((sum, task) => sum + millisecondsOf(task) / 1_000, 0) * load.wakes;
  const ready = settings.lifecycleWarmFunctions * program.functionsKeptReady * functionMemory * secondsOfMonth;
  return [
    { part: 'lifecycle', what: 'transitions: starts', price: 'stateTransition', quantity: load.wakes * transitions.start },
    { part: 'lifecycle', what: 'transitions: sleeps', price: 'stateTransition', quantity: load.wakes * transitions.sleep },
    ...running('lifecycle', 'tasks', invocationsOf(situation).tasks, seconds),
    { part: 'lifecycle', what: 'functions kept ready', price: 'lambdaKeptReady', quantity: ready },
  ];
}

/** The REST API, its functions, and the accounts of its users. */
export function api(situation: Situation): Item[] {
  const { load } = situation;
  const requests = apiRequestsOf(situation);
  const users = Math.max(0, load.customers - situation.usersWithoutCharge);
  return [
    { part: 'API and accounts', what: 'requests', price: 'apiRequest', quantity: requests },
    ...running('API and accounts', 'functions', requests, (requests * millisecondsOf('api')) / 1_000),
    { part: 'API and accounts', what: 'active users', price: 'activeUser', quantity: users },
    { part: 'API and accounts', what: 'mail', price: 'mail', quantity: load.customers },
  ];
}

export function running(part: Part, what: string, invocations: number, seconds: number): Item[] {
  return [
    { part, what: `${what}: invocations`, price: 'lambdaRequest', quantity: invocations },
    { part, what: `${what}: time`, price: 'lambdaTime', quantity: seconds * functionMemory },
  ];
}

export function millisecondsOf(name: string): number {
  return functionMilliseconds[name] ?? usualTaskMilliseconds;
}
