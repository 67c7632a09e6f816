import { createHash, randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  KeyValuePair,
  RegisterTaskDefinitionCommandInput,
  RunTaskCommandInput,
  Tag,
  TaskDefinition,
} from '@aws-sdk/client-ecs';

/** What runs in a task: started by the double, ended by it or by itself. */
export interface Container {
  /** Resolves with the exit code. */
  exited: Promise<number>;
  /** SIGTERM; what does not end by it is killed after the stop timeout. */
  terminate(): void;
  kill(): void;
}

export interface ContainerStart {
  /** Address of the task's own; it is to listen at port 3000. */
  host: string;
  command: string[];
  environment: Record<string, string>;
  /** Where its log driver writes what it prints. */
  logStream: string;
}

export interface EcsDoubleOptions {
  startContainer(start: ContainerStart): Container;
  /** What `secrets` of a task definition fetch; an error fails the start of the task. */
  readSecret(valueFrom: string): string | Promise<string>;
  /** How long a task takes to run, and until lists and descriptions know of it. */
  startMilliseconds?: number;
  listedAfterMilliseconds?: number;
  knownAfterMilliseconds?: number;
  /** Until DescribeTasks shows a tag that was added. */
  tagsShownAfterMilliseconds?: number;
  stopTimeoutMilliseconds?: number;
}

/** What is to go wrong with a request: it is refused for its rate, refused by this error, done without an answer, or fails on the way. */
export type Fault = 'throttled' | 'answer-lost' | 'broken' | { type: string; message: string };

export interface TaskOfDouble {
  taskArn: string;
  taskDefinitionArn: string;
  family: string;
  startedBy: string | undefined;
  lastStatus: string;
  desiredStatus: string;
  host: string;
  tags: Tag[];
  createdAt: number;
  capacityProvider: string;
  stopCode?: string;
  stoppedReason?: string;
  exitCode?: number;
  containerReason?: string;
  container?: Container;
}

type Definition = TaskDefinition & {
  tags: Tag[];
  arn: string;
  family: string;
  state: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS';
};
type Json = Record<string, unknown>;

class ApiError extends Error {
  readonly type: string;
  readonly more: Json;
  constructor(type: string, message: string, more: Json = {}) {
    super(message);
    this.type = type;
    this.more = more;
  }
}

const account = 'arn:aws:ecs:eu-central-1:123456789012';

/**
 * ECS, as its API reference documents it, as far as the launcher uses it: requests are eventually consistent, RunTask is idempotent by
 * its client token, a task takes its time to start and to end. What a task runs is up to the test.
 */
export class EcsDouble {
  readonly tasks = new Map<string, TaskOfDouble>();
  readonly definitions: Definition[] = [];
  readonly requests: { action: string; input: Json }[] = [];
  /** Asked before each request is done. */
  fault: (action: string, input: Json) => Fault | undefined = () => undefined;
  /** Events "ECS Task State Change", as EventBridge delivers them. */
  onEvent: (event: object) => void = () => {};
  readonly #options: Required<EcsDoubleOptions>;
  readonly #byToken = new Map<string, { digest: string; arn: string }>();
  readonly #server: Server;

  constructor(options: EcsDoubleOptions) {
    this.#options = {
      startMilliseconds: 20,
      listedAfterMilliseconds: 100,
      knownAfterMilliseconds: 0,
      tagsShownAfterMilliseconds: 0,
      stopTimeoutMilliseconds: 2000,
      ...options,
    };
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Answers the settings of a client. */
  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return {
      endpoint: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'double', secretAccessKey: 'double' },
    };
  }

  async close(): Promise<void> {
    for (const { container } of this.tasks.values()) container?.kill();
    await Promise.all([...this.tasks.values()].map(({ container }) => container?.exited));
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Tasks that run or will, and whose end nobody asked for. */
  get living(): TaskOfDouble[] {
    return [...this.tasks.values()].filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
  }

  /** AWS ends a task by itself. */
  end(taskArn: string, stopCode: string, stoppedReason: string): void {
    const task = this.tasks.get(taskArn);
    if (task !== undefined) this.#stop(task, stopCode, stoppedReason);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const input = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json;
    this.requests.push({ action, input });
    const send = (status: number, body: Json) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    const fault = this.fault(action, input);
    if (fault === 'broken') return void request.socket.destroy();
    if (fault === 'throttled') return void send(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
    if (typeof fault === 'object') return void send(400, { __type: fault.type, message: fault.message });
    try {
      const result = this.#do(action, input);
      if (fault === 'answer-lost') return void request.socket.destroy();
      send(200, result);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      send(400, { __type: error.type, message: error.message, ...error.more });
    }
  }

  #do(action: string, input: Json): Json {
    switch (action) {
      case 'RegisterTaskDefinition':
        return this.#register(input as unknown as RegisterTaskDefinitionCommandInput);
      case 'DescribeTaskDefinition': {
        const definition = this.#definition(String(input.taskDefinition));
        if (definition === undefined) throw new ApiError('ClientException', 'Unable to describe task definition.');
        return { taskDefinition: definitionJson(definition), tags: definition.tags };
      }
      case 'DeregisterTaskDefinition': {
        const definition = this.#definition(String(input.taskDefinition));
        if (definition === undefined) throw new ApiError('ClientException', 'The specified task definition does not exist.');
        definition.state = 'INACTIVE';
        return { taskDefinition: definitionJson(definition) };
      }
      case 'ListTaskDefinitions': {
        const found = this.definitions.filter(({ family, state }) => family === input.familyPrefix && state === input.status);
        return { taskDefinitionArns: found.map(({ arn }) => arn) };
      }
      case 'DeleteTaskDefinitions': {
        const arns = input.taskDefinitions as string[];
        if (arns.length > 10) throw new ApiError('InvalidParameterException', 'Too many task definitions.');
        const failures: Json[] = [];
        for (const arn of arns) {
          const definition = this.#definition(arn);
          if (definition?.state === 'INACTIVE') definition.state = 'DELETE_IN_PROGRESS';
          else failures.push({ arn, reason: 'The task definition must be deregistered first.' });
        }
        return { failures };
      }
      case 'RunTask':
        return this.#run(input as unknown as RunTaskCommandInput);
      case 'ListTasks':
        return this.#list(input);
      case 'DescribeTasks':
        return this.#describe(input.tasks as string[]);
      case 'StopTask': {
        const task = this.tasks.get(String(input.task));
        if (task === undefined || !this.#isKnown(task)) {
          throw new ApiError('InvalidParameterException', 'The referenced task was not found.');
        }
        this.#stop(task, 'UserInitiated', String(input.reason));
        return { task: taskJson(task) };
      }
      case 'TagResource': {
        const task = this.tasks.get(String(input.resourceArn));
        if (task === undefined) throw new ApiError('ResourceNotFoundException', 'The specified resource was not found.');
        if (task.lastStatus === 'STOPPED') throw new ApiError('InvalidParameterException', 'The task is stopped.');
        const added = input.tags as Tag[];
        const show = () => {
          task.tags = [...task.tags.filter(({ key }) => !added.some((tag) => tag.key === key)), ...added];
        };
        if (this.#options.tagsShownAfterMilliseconds === 0) show();
        else setTimeout(show, this.#options.tagsShownAfterMilliseconds).unref();
        return {};
      }
      default:
        throw new ApiError('UnknownOperationException', action);
    }
  }

  #register({ tags = [], ...input }: RegisterTaskDefinitionCommandInput): Json {
    const family = input.family ?? '';
    const revision = this.definitions.filter((definition) => definition.family === family).length + 1;
    const arn = `${account}:task-definition/${family}:${revision}`;
    this.definitions.push({ ...input, family, arn, revision, state: 'ACTIVE', tags } as Definition);
    return { taskDefinition: definitionJson(this.definitions.at(-1) as Definition), tags };
  }

  #definition(name: string): Definition | undefined {
    return name.startsWith('arn:')
      ? this.definitions.find(({ arn }) => arn === name)
      : this.definitions.findLast(({ family, state }) => family === name && state === 'ACTIVE');
  }

  #run(input: RunTaskCommandInput): Json {
    const { clientToken = randomUUID(), ...rest } = input;
    const digest = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
    const known = this.#byToken.get(clientToken);
    if (known !== undefined) {
      if (known.digest === digest) return { tasks: [taskJson(this.tasks.get(known.arn) as TaskOfDouble)], failures: [] };
      throw new ApiError('ConflictException', 'The client token is in use with another request.', { resourceIds: [known.arn] });
    }
    const definition = this.#definition(input.taskDefinition ?? '');
    if (definition?.state !== 'ACTIVE') throw new ApiError('ClientException', 'TaskDefinition is inactive');
    const task: TaskOfDouble = {
      taskArn: `${account}:task/${input.cluster}/${randomUUID().replaceAll('-', '')}`,
      taskDefinitionArn: definition.arn,
      family: definition.family,
      startedBy: input.startedBy,
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      // Of the loopback network, where every address is this machine's.
      // By chance, because other programs run tests with tasks at the same time.
      host: `127.${randomInt(64, 250)}.${randomInt(250)}.${randomInt(1, 250)}`,
      tags: input.tags ?? [],
      createdAt: Date.now(),
      capacityProvider: input.capacityProviderStrategy?.[0]?.capacityProvider ?? '',
    };
    this.tasks.set(task.taskArn, task);
    this.#byToken.set(clientToken, { digest, arn: task.taskArn });
    setTimeout(() => void this.#start(task, definition, input), this.#options.startMilliseconds);
    return { tasks: [taskJson(task)], failures: [] };
  }

  async #start(task: TaskOfDouble, definition: Definition, { overrides }: RunTaskCommandInput): Promise<void> {
    if (hasEnded(task)) {
      this.#stopped(task);
      return;
    }
    const container = definition.containerDefinitions?.[0];
    const environment: Record<string, string> = {};
    const given: KeyValuePair[] = [...(container?.environment ?? []), ...(overrides?.containerOverrides?.[0]?.environment ?? [])];
    for (const { name = '', value = '' } of given) environment[name] = value;
    try {
      for (const { name = '', valueFrom = '' } of container?.secrets ?? [])
        environment[name] = await this.#options.readSecret(valueFrom);
    } catch {
      const reason = 'ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm';
      Object.assign(task, { desiredStatus: 'STOPPED', stopCode: 'TaskFailedToStart', stoppedReason: reason });
      this.#stopped(task);
      return;
    }
    if (hasEnded(task)) {
      this.#stopped(task);
      return;
    }
    const prefix = container?.logConfiguration?.options?.['awslogs-stream-prefix'];
    const logStream = `${prefix}/${container?.name}/${task.taskArn.slice(task.taskArn.lastIndexOf('/') + 1)}`;
    const command = container?.command ?? [];
    task.container = this.#options.startContainer({ host: task.host, command, environment, logStream });
    task.lastStatus = 'RUNNING';
    this.#tell(task);
    void task.container.exited.then((exitCode) => {
      if (task.desiredStatus === 'RUNNING') {
        Object.assign(task, {
          desiredStatus: 'STOPPED',
          stopCode: 'EssentialContainerExited',
          stoppedReason: 'Essential container in task exited',
        });
      }
      task.exitCode = exitCode;
      this.#stopped(task);
    });
  }

  #stop(task: TaskOfDouble, stopCode: string, stoppedReason: string): void {
    if (task.desiredStatus === 'STOPPED') return;
    Object.assign(task, { desiredStatus: 'STOPPED', stopCode, stoppedReason });
    this.#tell(task);
    const { container } = task;
    if (container === undefined) return;
    setTimeout(() => {
      if (task.lastStatus === 'RUNNING') task.lastStatus = 'DEACTIVATING';
      container.terminate();
    }, 5);
    const forced = setTimeout(() => container.kill(), this.#options.stopTimeoutMilliseconds);
    void container.exited.then(() => clearTimeout(forced));
  }

  #stopped(task: TaskOfDouble): void {
    task.lastStatus = 'STOPPED';
    this.#tell(task);
  }

  #tell(task: TaskOfDouble): void {
    const json = taskJson(task);
    const attachments = [{ id: randomUUID(), type: 'eni', status: 'ATTACHED', details: json.attachments[0]?.details }];
    const { tags: _, ...detail } = { ...json, attachments };
    this.onEvent({ version: '0', id: randomUUID(), source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail });
  }

  #isKnown(task: TaskOfDouble): boolean {
    return Date.now() - task.createdAt >= this.#options.knownAfterMilliseconds;
  }

  #list(input: Json): Json {
    if (input.startedBy !== undefined && input.family !== undefined) {
      throw new ApiError('InvalidParameterException', 'startedBy must be the only filter.');
    }
    const found = [...this.tasks.values()].filter(
      (task) =>
        Date.now() - task.createdAt >= this.#options.listedAfterMilliseconds &&
        task.desiredStatus === input.desiredStatus &&
        (input.family === undefined || task.family === input.family) &&
        (input.startedBy === undefined || task.startedBy === input.startedBy),
    );
    const start = Number(input.nextToken ?? 0);
    const end = start + Number(input.maxResults ?? 100);
    return {
      taskArns: found.slice(start, end).map(({ taskArn }) => taskArn),
      ...(end < found.length ? { nextToken: String(end) } : {}),
    };
  }

  #describe(arns: string[]): Json {
    if (arns.length > 100) throw new ApiError('InvalidParameterException', 'Too many tasks.');
    if (arns.length === 0) throw new ApiError('InvalidParameterException', 'Tasks cannot be empty.');
    const tasks: Json[] = [];
    const failures: Json[] = [];
    for (const arn of arns) {
      const task = this.tasks.get(arn);
      if (task !== undefined && this.#isKnown(task)) tasks.push(taskJson(task));
      else failures.push({ arn, reason: 'MISSING' });
    }
    return { tasks, failures };
  }
}

/** Whether somebody has asked for its end, perhaps while it started. */
function hasEnded({ desiredStatus }: TaskOfDouble): boolean {
  return desiredStatus === 'STOPPED';
}

function definitionJson({ arn, state, tags: _, ...definition }: Definition): Json {
  return { ...definition, taskDefinitionArn: arn, status: state };
}

function taskJson(task: TaskOfDouble) {
  const { container: _, host, exitCode, containerReason, createdAt, family, ...rest } = task;
  return {
    ...rest,
    group: `family:${family}`,
    createdAt: createdAt / 1000,
    attachments: [
      {
        id: 'attachment',
        type: 'ElasticNetworkInterface',
        status: 'ATTACHED',
        details: [
          { name: 'subnetId', value: 'subnet-1' },
          { name: 'privateIPv4Address', value: host },
        ],
      },
    ],
    containers: [
      {
        name: 'instance',
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(containerReason === undefined ? {} : { reason: containerReason }),
      },
    ],
  };
}
