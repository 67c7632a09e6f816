import {
  alertLook,
  countsInTransaction,
  dashboardRequestsPerMinute,
  keptDays,
  linesOfWake,
  megabytesOfCustomer,
  metricRows,
  roundsInMonth,
  sweeps,
  tableUnits,
  taskLists,
} from '../behaviour.ts';
import { hoursOfMonth, secondsOfMonth } from '../load.ts';
import type { Item, Situation } from '../situation.ts';
import { routersOf, warmTasksOf } from './compute.ts';

const secondsOfHour = 3_600;
const megabytesOfGigabyte = 1_024;
const daysOfMonth = hoursOfMonth / 24;
/** A warm task that nobody took is replaced after 23 hours (functions/instance-manager/warm-pool-keeper.ts). */
const warmTaskHours = 23;

/** The one DynamoDB table: what each part of the platform reads and writes there, and what lies in it. */
export function table(situation: Situation): Item[] {
  return [...sweepReads(situation), ...requests(situation), ...storage(situation)];
}

/** What the manager reads whether anybody calls or not. */
function sweepReads({ load }: Situation): Item[] {
  const awake = load.awakeHours / hoursOfMonth;
  const each = sweeps.map((sweep) =>
    read(
      sweep.what,
      roundsInMonth(sweep, load.customers, secondsOfMonth) *
        (sweep.readsPerCustomer * load.customers + sweep.readsPerAwake * awake),
    ),
  );
  const looks = secondsOfMonth / alertLook.everySeconds;
  return [...each, read('look after alert rules', looks * alertLook.reads * load.workspacesWithRules)];
}

function requests(situation: Situation): Item[] {
  const { load, program } = situation;
  const { operation, warmTask, taskOwner, usageBatch, tokenNote, lookUp, logLine, apiRequest } = tableUnits;
  const operations = 2 * load.wakes;
  const warmStarts = load.wakes + (warmTasksOf(situation) * hoursOfMonth) / warmTaskHours;
  const records = usageRecordsOf(situation);
  const notes = (load.awakeHours * secondsOfHour) / program.tokenNoteSeconds;
  // Each call, or each stretch of time in which a router remembers; and each stream now and then.
  const looks =
    Math.min(load.calls, (load.awakeHours * secondsOfHour) / program.lookUpSeconds) +
    (load.streamHours * secondsOfHour) / program.streamLookSeconds;
  const lines = load.calls + load.wakes * linesOfWake;
  const apiRequests = apiRequestsOf(situation);
  // Half a unit for each partition that the last half minute lies in, by every router, every second.
  const feed = routersOf(situation) * secondsOfMonth * 0.8;
  const rows = ((load.awakeHours * secondsOfHour) / metricRows.everySeconds) * metricRows.rows;
  return [
    read('starts and sleeps', operations * operation.reads + warmStarts * warmTask.reads),
    write('starts and sleeps', operations * operation.writes + warmStarts * warmTask.writes),
    read('tasks that wait', (secondsOfMonth / taskLists.everySeconds) * warmTasksOf(situation) * taskOwner.reads),
    write('usage', records.calls * (tableUnits.usageRecord.writes + (usageBatch.writes * 3) / countsInTransaction)),
    write('usage of standing streams', records.streams * tableUnits.usageRecord.writes),
    write('measures of the instances', rows),
    write('log lines', lines * logLine.writes),
    read('tokens and routes, by routers', looks * lookUp.reads),
    read('change feed, by routers', feed),
    read('notes that a token is used', notes * tokenNote.reads),
    write('notes that a token is used', notes * tokenNote.writes),
    read('REST API', apiRequests * apiRequest.reads),
    write('REST API', apiRequests * apiRequest.writes),
    // Renewed every 5 s; swept every 10 s over 8 shards.
    write('lease of the manager', secondsOfMonth / 5),
    read('what is busy', (secondsOfMonth / 10) * 4),
  ];
}

/** Records of usage: one for a tool whenever a router hands over, and one for what hangs on streams whenever that is counted. */
export function usageRecordsOf({ load, program }: Pick<Situation, 'load' | 'program'>): { calls: number; streams: number } {
  const handOvers = (load.awakeHours * secondsOfHour) / program.usageFlushSeconds;
  // Calls come independently of each other: so many of the hand-overs have at least one to tell of.
  const withCalls = handOvers === 0 ? 0 : handOvers * (1 - Math.exp(-load.calls / handOvers));
  return {
    calls: withCalls + load.wakes,
    streams: (load.hoursOfStreams * secondsOfHour) / program.streamUsageSeconds,
  };
}

export function apiRequestsOf({ load }: Pick<Situation, 'load'>): number {
  return load.dashboardMinutes * dashboardRequestsPerMinute;
}

function storage({ load, program }: Situation): Item[] {
  const rowKilobytes = 0.35;
  const usageRows = Math.min(load.calls, load.awakeHours * 60) + usageRecordsOf({ load, program }).streams;
  const kilobytes =
    usageRows * rowKilobytes * (keptDays.usage / daysOfMonth) + load.calls * rowKilobytes * (keptDays.logs / daysOfMonth);
  const gigabytes = (load.customers * megabytesOfCustomer + kilobytes / 1_024) / megabytesOfGigabyte;
  return [
    { part: 'table', what: 'what lies in it', price: 'tableStorage', quantity: gigabytes },
    { part: 'table', what: 'point-in-time recovery', price: 'tableRecovery', quantity: gigabytes },
  ];
}

function read(what: string, quantity: number): Item {
  return { part: 'table', what, price: 'tableRead', quantity };
}

function write(what: string, quantity: number): Item {
  return { part: 'table', what, price: 'tableWrite', quantity };
}
