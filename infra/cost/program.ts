import type { Settings } from '../config.ts';

/** What the platform is made of, as far as it is not in the settings: read from the code by whoever asks for a bill. */
export interface Program {
  /** Of an instance of the smallest size, in CPU units and mebibytes. */
  instanceTask: { cpu: number; memory: number };
  /** States that an execution of the lifecycle goes through. */
  transitions: { start: number; sleep: number };
  /** Functions that are called on the way of a start and of falling asleep, in their order. */
  calls: { start: readonly string[]; sleep: readonly string[] };
  /** Functions of which some are kept ready. */
  functionsKeptReady: number;
  /** Seconds between two hand-overs of counts by a router, and for how long it remembers what it looked up. */
  usageFlushSeconds: number;
  /** Seconds between two counts of a stream that stands. */
  streamUsageSeconds: number;
  lookUpSeconds: number;
  /** Seconds between two notes that a token is in use, and between two looks at a stream that stands. */
  tokenNoteSeconds: number;
  streamLookSeconds: number;
  /** Tasks that wait for a customer where so many instances start in the busiest hour. */
  warmTasks(launchesInBusiestHour: number): number;
}

/** The settings that cost something. */
export type PricedSettings = Pick<
  Settings,
  | 'stage'
  | 'availabilityZones'
  | 'natGateways'
  | 'interfaceEndpoints'
  | 'flowLogTraffic'
  | 'logRetentionDays'
  | 'databaseInstanceClass'
  | 'databaseMultiAz'
  | 'databaseStorageGibibytes'
  | 'domainName'
  | 'routerTasksMin'
  | 'routerTasksMax'
  | 'routerCpu'
  | 'routerMemory'
  | 'routerStreamsPerTask'
  | 'managerTasks'
  | 'managerCpu'
  | 'managerMemory'
  | 'serviceSpot'
  | 'instanceInsights'
  | 'cacheNodeType'
  | 'cacheNodes'
  | 'lifecycleWarmFunctions'
>;
