import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Assignee } from '../../../../container/instance/warm/assignee.ts';
import {
  assignmentRequestSchema,
  identityRequestSchema,
  socketAddressText,
  warmEnrolmentSchema,
  warmPaths,
} from '../../../../core/warm-assignment.ts';
import type { Container, ContainerStart } from './ecs-double.ts';

const port = 3000;
/**
 * The instance image without a container: the built instance with the image's command line and environment.
 * @param printed Told what it writes to its standard output and error.
 */
export function startBuilt(
  builtFolder: string,
  { host, command, environment }: ContainerStart,
  printed?: (text: string) => void,
): Container {
  const child = spawn(
    process.execPath,
    [
      '--permission',
      `--allow-fs-read=${builtFolder}`,
      '--disable-sigusr1',
      '--max-semi-space-size=4',
      join(builtFolder, 'main.js'),
      ...command,
    ],
    {
      cwd: builtFolder,
      env: { NODE_ENV: 'production', MCP_HOST: host, ...environment },
      stdio: printed === undefined ? 'ignore' : ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => printed?.(text));
  return {
    exited: new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
    }),
    terminate: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Who serves, by the id of the task: filled by {@link startInProcess}. */
export interface Served {
  instanceId: string;
  smartleadApiKey: string;
  accessToken: string;
}

/**
 * A container that speaks the protocol of the pool as the instance does, and serves nothing: for tests with many tasks. Tells whom it
 * serves as long as it runs.
 */
export function startInProcess({ host, environment }: ContainerStart, served: Map<string, Served>): Container {
  const enrolment = warmEnrolmentSchema.parse({
    processId: environment.WARM_PROCESS_ID,
    poolSecret: environment.WARM_POOL_SECRET,
    controlPlaneKey: environment.WARM_CONTROL_PLANE_KEY,
  });
  const assignee = new Assignee(enrolment, environment.SMARTLEAD_API_KEY);
  const address = socketAddressText(host, port);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
    const send = (status: number, value: object) => response.writeHead(status).end(JSON.stringify(value));
    if (served.has(enrolment.processId)) return void send(401, {});
    if (request.url === warmPaths.identity) {
      return void send(200, assignee.identity(identityRequestSchema.parse(body).challenge, address));
    }
    const attempt = assignee.accept(assignmentRequestSchema.parse(body), address);
    if (attempt.outcome !== 'accepted') return void send(attempt.outcome === 'taken' ? 409 : 403, {});
    const { instanceId, smartleadApiKey, accessToken } = attempt.assignment.configuration;
    served.set(enrolment.processId, { instanceId, smartleadApiKey, accessToken });
    send(200, { protocol: 1, proof: attempt.confirmation.toString('base64url') });
  });
  const { promise: exited, resolve } = Promise.withResolvers<number>();
  const end = (code: number) => () => {
    served.delete(enrolment.processId);
    server.closeAllConnections();
    server.close();
    resolve(code);
  };
  server.on('error', end(1));
  server.listen(port, host);
  return { exited, terminate: end(143), kill: end(137) };
}
