/**
 * How often programs do what costs something, where the code keeps the number to itself. Each says where; a test compares them with
 * the text of that file. What nobody measured yet on AWS is called an estimate.
 */

/**
 * What the manager looks at again and again. Units are of the table: reads of all that exists (`docs/storage-schema.md`, "At 10,000
 * instances"), for each customer there is and for each instance that is awake.
 */
export interface Sweep {
  what: string;
  /** Seconds from the end of one round to the beginning of the next. */
  pauseSeconds: number;
  /** Read request units for each customer, and for each instance awake. */
  readsPerCustomer: number;
  readsPerAwake: number;
  /** Whether it lists all secrets, by the hundred. */
  listsSecrets?: boolean;
}

/** Rows of all instances, page by page: 1.2 KB each, half as much again for merging the shards. */
const allInstances = 0.23;
/** Beside the rows: counts of tokens 0.15, keys and workspaces 0.1, archived keys 0.04. */
const everythingElse = 0.29;
const route = 0.031;
const accessToken = 0.03;

export const sweeps: readonly Sweep[] = [
  {
    // infra/stacks/messages.ts: EveryMinute, by way of the manager's queue
    what: 'compare what should run with what does',
    pauseSeconds: 60,
    readsPerCustomer: allInstances + everythingElse,
    readsPerAwake: route + accessToken,
    listsSecrets: true,
  },
  {
    // functions/composition/aws-manager.ts: intervalMilliseconds, for where the queue is away
    what: 'the same, unasked',
    pauseSeconds: 300,
    readsPerCustomer: allInstances + everythingElse,
    readsPerAwake: route + accessToken,
    listsSecrets: true,
  },
  {
    // functions/composition/aws-manager.ts: inspectLater, after each comparison
    what: 'audit and count',
    pauseSeconds: 60,
    readsPerCustomer: 2 * allInstances + everythingElse,
    readsPerAwake: route + accessToken,
    listsSecrets: true,
  },
  {
    // functions/composition/aws-manager.ts: rememberMilliseconds, which is listAge; the row of each, consistently
    what: 'look for idle instances',
    pauseSeconds: 30,
    readsPerCustomer: 0,
    readsPerAwake: 1,
  },
  {
    // functions/instance-manager/supervisor.ts: healthIntervalMilliseconds; the route of each, consistently
    what: 'health of the instances',
    pauseSeconds: 10,
    readsPerCustomer: 0,
    readsPerAwake: 1,
  },
  {
    // functions/instance-manager/supervisor.ts: scalingIntervalMilliseconds; the row of each, consistently
    what: 'load of the instances',
    pauseSeconds: 60,
    readsPerCustomer: 0,
    readsPerAwake: 1,
  },
];

/** Instances that are read in a page of a list over all, and how long a page takes: 20 to 40 ms by `docs/storage-schema.md`. */
const pageSize = 100;
const pageSeconds = 0.03;

/** Rounds of a sweep in a month. With many customers a round itself takes its time. */
export function roundsInMonth({ pauseSeconds, readsPerCustomer }: Sweep, customers: number, secondsOfMonth: number): number {
  const roundSeconds = readsPerCustomer === 0 ? 0 : Math.ceil(customers / pageSize) * pageSeconds;
  return secondsOfMonth / (pauseSeconds + roundSeconds);
}

/** functions/instance-manager/metrics-collector.ts (storesWholeMinutes) writes the row of the minute and that of the hour. */
export const metricRows = { everySeconds: 60, rows: 2 };

/** A workspace with alert rules, looked at every minute (functions/events/alert-watch.ts): rules, open alerts, instances, usage. */
export const alertLook = { everySeconds: 60, reads: 5 };

/**
 * Lists of all tasks of the cluster: whoever asks gets one that is at most so old (functions/composition/aws-manager-parts.ts: listAge),
 * and health checks ask all the time. What ECS says of a task is an estimate.
 */
export const taskLists = { everySeconds: 30, bytesOfTask: 4_000 };

/** `docs/storage-schema.md`, "Access patterns": units of the table for one of each. Reads of an operation are an estimate. */
export const tableUnits = {
  operation: { reads: 40, writes: 50 },
  warmTask: { reads: 2, writes: 6 },
  /** Whose a task is that bears no instance's tags, once for each list of all tasks (functions/adapters/fargate/task-owners.ts). */
  taskOwner: { reads: 0.5, writes: 0 },
  usageRecord: { reads: 0, writes: 6 },
  usageBatch: { reads: 0, writes: 2 },
  tokenNote: { reads: 0.5, writes: 1 },
  /** Token and route, as a router looks them up once it does not remember them. */
  lookUp: { reads: 1.5, writes: 0 },
  logLine: { reads: 0, writes: 1 },
  apiRequest: { reads: 6, writes: 1 },
} as const;

/** container/router/traffic-meter.ts: looksInInterval. So often, at most, a router tells of standing streams within their interval. */
export const streamLooksInInterval = 15;

/** Counts of one usage batch fit into a transaction up to this number. */
export const countsInTransaction = 99;

/** Of a call: an estimate from the sandbox's campaigns and statistics; a list of tools is 90 KB and asked once a session. */
export const bytes = {
  callIn: 1_000,
  callOut: 8_000,
  smartleadIn: 12_000,
  smartleadOut: 1_500,
  /** A comment every 15 s, with the heads of TLS and TCP. */
  streamHour: 240 * 120,
  /** A session begins: list of tools and handshake. */
  wake: 100_000,
  queueMessage: 1_000,
  instanceLogLine: 450,
  functionLog: 300,
  apiLogLine: 400,
  flowLogRecord: 150,
  dashboardLoad: 1_500_000,
} as const;

/** Lines that an instance writes when it starts and ends. */
export const linesOfWake = 10;

/** What the dashboard asks for in a minute while an instance's page is open (frontend/api/instances.ts: 5 s, 3 s, 5 s). */
export const dashboardRequestsPerMinute = 60 / 5 + 60 / 3 + 60 / 5;

/** Billed milliseconds of functions: estimates, until there is a deployment to measure. Tasks that wait take what they wait for. */
export const functionMilliseconds: Readonly<Record<string, number>> = {
  api: 80,
  usage: 250,
  logs: 60,
  StopInstance: 8_000,
  LaunchInstance: 2_500,
  AwaitHealthy: 500,
};
export const usualTaskMilliseconds = 80;
/** infra/constructs/service-function.ts: memorySize, in gigabytes. */
export const functionMemory = 0.5;

/** Busiest hour of a day to the average one, for starts: an estimate of mornings in one time zone. */
export const peakToAverage = 4;

/** Calls that a router of 1,024 CPU units hands on in a second at 60 % of its processor: an estimate far below docs/benchmarks.md. */
export const callsPerSecondOfRouter = 300;

/** Messages to the manager for one wake: the wake itself, two task events, two ends of executions, notes of clients. */
export const messagesOfWake = 6;

/** At most so many there are (test/infra/cost/coverage.test.ts compares with the templates). */
export const fixedNumbers = {
  alarms: 90,
  encryptionKeys: 4,
  platformSecrets: 4,
  dashboards: 2,
  firewallRules: 4,
  /** SmartleadMcp/Router 2, SmartleadMcp/Manager 7 and one for each status. */
  ownMetrics: 20,
  /** Of Container Insights with enhanced observability, for each service and each task: an estimate. */
  insightsMetricsOfService: 25,
  insightsMetricsOfTask: 30,
  insightsMetricsOfInstance: 30,
  /**
   * Of each route of the API, for detailedMetricsEnabled of its stage, and routes that somebody calls in most hours of a month: an
   * estimate. CloudWatch takes the price of custom measures for them, by the hour in which they are told.
   */
  apiMetricsOfRoute: 6,
  apiRoutesMeasured: 12,
  images: 15,
} as const;
/** Gigabytes of an image. */
export const imageSize = 0.1;

/** Megabytes in the table and its indexes that a customer leaves behind: an estimate from the sizes in docs/storage-schema.md. */
export const megabytesOfCustomer = 0.05;
/** Days that usage is kept, and log lines. */
export const keptDays = { usage: 92, logs: 7 };
