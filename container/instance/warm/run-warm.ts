import type { IncomingMessage } from 'node:http';
import type { InstanceLogLine } from '../../../core/instance-configuration.ts';
import { ownKeyVariable, type WarmAssignment } from '../../../core/warm-assignment.ts';
import { announce, listenFailure } from '../announcements.ts';
import type { Command } from '../command-line.ts';
import { createManagedInstance, managedServing } from '../managed-instance.ts';
import { startLog } from '../observability/start-log.ts';
import { drainMs, endOnSignals } from '../process-lifetime.ts';
import { createDoorServer } from '../protocol/http-server.ts';
import { startServing } from '../serving.ts';
import { Assignee } from './assignee.ts';
import { WarmConnections } from './connections.ts';
import { createWarmDoors } from './doors.ts';
import { readPipedEnrolment, takeEnrolment } from './enrolment.ts';
import { rehearse } from './rehearsal.ts';

/** For the answer that says why. */
const lastWordsMs = 200;

/**
 * Runs without a customer until one is assigned, once; from then on this process is what `serve --managed` would have made of the same
 * configuration. Under a launcher it ends with the pipe that the launcher holds; in a container standard input means nothing.
 */
export async function runWarm(command: Command & { name: 'warm' }): Promise<void> {
  const { managed, host, maxAgeSeconds, logLevel } = command;
  const enrolment = managed ? await readPipedEnrolment(process.stdin) : takeEnrolment(process.env);
  const ownKey = managed ? undefined : process.env[ownKeyVariable]?.trim() || undefined;
  delete process.env[ownKeyVariable];
  if (managed) process.stdin.once('close', () => process.exit(0));
  const labels: Pick<InstanceLogLine, 'instanceId'> = {};
  const log = startLog(logLevel, labels);
  const tooOld = setTimeout(() => {
    log.write({ level: 'info', message: `Nobody was assigned within ${maxAgeSeconds} seconds; this process ends` });
    process.exit(0);
  }, maxAgeSeconds * 1000);

  await rehearse().catch((error: unknown) => {
    const kind = error instanceof Error ? error.name : typeof error;
    log.write({ level: 'warn', message: `The rehearsal failed, so the first calls will be slower: ${kind}` });
  });

  const connections = new WarmConnections();
  const serve = async ({ configuration, labelLogs }: WarmAssignment, { socket }: IncomingMessage): Promise<void> => {
    clearTimeout(tooOld);
    connections.closeAllBut(socket);
    if (labelLogs === true) labels.instanceId = configuration.instanceId;
    const instance = createManagedInstance(configuration, log);
    const serving = await startServing(instance, { host, port, ...managedServing(configuration), openServer: server }, log);
    endOnSignals(() => serving.stop(drainMs), log);
    announce({ event: 'listening', port });
  };
  const onUnusable = (reason: string): void => {
    log.write({ level: 'error', message: `This process was assigned and cannot serve: ${reason}` });
    setTimeout(() => process.exit(1), lastWordsMs);
  };
  const server = createDoorServer({
    doors: createWarmDoors({ assignee: new Assignee(enrolment, ownKey), log, serve, onUnusable }),
    checks: [],
    log,
    onConnection: (socket) => connections.add(socket),
  });
  const port = await server.listen(command).catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, command);
  });
  announce({ event: 'warm', port });
}
