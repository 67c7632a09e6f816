import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { createIdentifier, identifierSchema } from '../../core/identifiers.ts';
import type { InstanceLogLine } from '../../core/instance-configuration.ts';
import { tellsOfRefusedKey } from '../domain/refused-key.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import type { InstanceLogEntry, InstanceLogStore } from '../ports.ts';

/** What Lambda gets of a log group: gzip, in base64. Source: https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html */
export interface LogsEvent {
  awslogs: { data: string };
}

/** What is in it. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html */
const logDataSchema = z.object({
  /** `CONTROL_MESSAGE` only asks whether the function is there. */
  messageType: z.string(),
  logStream: z.string(),
  logEvents: z.array(z.object({ id: z.string(), timestamp: z.int(), message: z.string() })),
});
type LogData = z.infer<typeof logDataSchema>;

export interface InstanceLogsPorts {
  logs: Pick<InstanceLogStore, 'append'>;
  /** Reads a line that an instance printed, in the agreed form or any other. @param time When it was printed. */
  readLine(line: string, time: Date): InstanceLogLine;
  /** ARNs of the tasks that run, or have just run, for an instance. */
  tasksOf(instanceId: string): Promise<readonly string[]>;
  /** Tells the manager that an instance says its key was refused. */
  keyRefused(instanceId: string): Promise<void>;
  report: ReportIncident;
}

const unzip = promisify(gunzip);
const instanceIdSchema = identifierSchema('instance');
/** Instances that are looked up for one event. A task names one in its life; a process that was taken over may name any number. */
const lookedUp = 3;
/** Streams whose instance is remembered by one execution environment. */
const remembered = 1_000;

/**
 * Makes the function that stores what instances print. A stream is one task's, and is called `<prefix>/<container>/<task>`: a task that
 * was started for one instance has its id as the prefix. One from the warm pool learns only later whose it is, and names the instance in
 * its lines; that is believed only where the task really runs for this instance, so that no customer's process can write into the log of
 * another. Lambda repeats an event that failed, and the same line becomes the same entry.
 */
export function createInstanceLogs(ports: InstanceLogsPorts) {
  const owners = new Map<string, string>();

  const isTaskOf = async (stream: string, instanceId: string): Promise<boolean> => {
    const task = stream.slice(stream.lastIndexOf('/') + 1);
    return (await ports.tasksOf(instanceId)).some((arn) => arn.endsWith(`/${task}`));
  };

  const ownerOf = async (stream: string, lines: readonly InstanceLogLine[]): Promise<string | undefined> => {
    const prefix = stream.slice(0, stream.indexOf('/'));
    if (instanceIdSchema.safeParse(prefix).success) return prefix;
    const known = owners.get(stream);
    if (known !== undefined) return known;
    const claims = new Set(lines.flatMap(({ instanceId }) => instanceIdSchema.safeParse(instanceId).data ?? []));
    for (const claimed of [...claims].slice(0, lookedUp)) {
      if (!(await isTaskOf(stream, claimed))) continue;
      if (owners.size >= remembered) owners.clear();
      owners.set(stream, claimed);
      return claimed;
    }
    return undefined;
  };

  return async (event: LogsEvent): Promise<void> => {
    const data = await readData(event);
    if (data?.messageType !== 'DATA_MESSAGE') return;
    const lines = data.logEvents.map(({ message, timestamp }) => ports.readLine(message, new Date(timestamp)));
    const instanceId = await ownerOf(data.logStream, lines);
    // Before it is assigned, a warm process says nothing that is anybody's.
    if (instanceId === undefined) return;
    const entries = lines.flatMap(({ instanceId: claimed = instanceId, ...line }, index): InstanceLogEntry[] =>
      claimed === instanceId ? [{ ...line, id: entryId(data, index), instanceId }] : [],
    );
    if (entries.length > 0) await ports.logs.append(entries);
    if (!entries.some(tellsOfRefusedKey)) return;
    try {
      await ports.keyRefused(instanceId);
    } catch (cause) {
      // It says so again with its next call.
      ports.report({ message: 'The manager could not be told that a key was refused.', instanceId, cause });
    }
  };
}

/** Of the same event it is the same, and entries of one millisecond keep the order in which they were printed. */
function entryId({ logEvents }: LogData, index: number): string {
  const { id = '', timestamp = 0 } = logEvents[index] ?? {};
  const timeEnd = 'log_'.length + 10;
  const order = index.toString(16).padStart(4, '0').slice(-4);
  const rest = createHash('sha256').update(id).digest('hex').slice(0, 12);
  return `${createIdentifier('log', timestamp).slice(0, timeEnd)}${order}${rest}`;
}

async function readData({ awslogs }: LogsEvent): Promise<LogData | undefined> {
  const text = (await unzip(Buffer.from(awslogs.data, 'base64'))).toString('utf8');
  const data = logDataSchema.safeParse(JSON.parse(text));
  return data.data;
}
