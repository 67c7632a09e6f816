import {
  ConflictException,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type ListTasksCommandInput,
  RunTaskCommand,
  StopTaskCommand,
  type Tag,
  TagResourceCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { warmEnvironment } from '../../../core/warm-assignment.ts';
import { endReason, isUnknownTask, refusedByError, refusedByFailure } from './failure-words.ts';
import type { CapacityProvider, FargateSettings } from './settings.ts';
import { containerName } from './task-definition.ts';
import { startedBy, type TaskOrigin } from './task-identity.ts';

/** DescribeTasks takes so many. */
const mostDescribedAtOnce = 100;

export interface TaskToRun {
  origin: TaskOrigin;
  definitionArn: string;
  capacity: CapacityProvider;
  tags: Tag[];
}

/** The tasks of one cluster, request by request. */
export class Tasks {
  readonly #ecs: ECSClient;
  readonly #settings: FargateSettings;
  #all: { askedAt: number; tasks: Promise<Task[]> } | undefined;
  /** What ran when all tasks were last listed. */
  #lastSeen: readonly Task[] = [];

  constructor(ecs: ECSClient, settings: FargateSettings) {
    this.#ecs = ecs;
    this.#settings = settings;
  }

  /**
   * Starts a task and answers its ARN. Asked again for the same task it starts no second one: ECS remembers the client token, which is
   * made of all that differs between two requests.
   * @throws StartRefused where nothing was started. Any other error leaves open whether something was.
   */
  async run({ origin, definitionArn, capacity, tags }: TaskToRun): Promise<string> {
    const { cluster, subnets, securityGroups } = this.#settings;
    const command = new RunTaskCommand({
      cluster,
      taskDefinition: definitionArn,
      count: 1,
      clientToken: `${origin.id}-${capacity}-${definitionArn.slice(definitionArn.lastIndexOf(':') + 1)}`,
      startedBy: startedBy(origin),
      capacityProviderStrategy: [{ capacityProvider: capacity, weight: 1 }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: [...subnets], securityGroups: [...securityGroups], assignPublicIp: 'DISABLED' },
      },
      overrides: {
        containerOverrides: [{ name: containerName, environment: [{ name: warmEnvironment.processId, value: origin.id }] }],
      },
      enableExecuteCommand: false,
      tags,
    });
    try {
      const { tasks, failures } = await this.#ecs.send(command);
      const ref = tasks?.[0]?.taskArn;
      if (ref !== undefined) return ref;
      throw refusedByFailure(failures?.[0] ?? {});
    } catch (error) {
      // The token was used already, and what it started is named.
      if (error instanceof ConflictException && error.resourceIds?.[0] !== undefined) return error.resourceIds[0];
      throw refusedByError(error) ?? error;
    }
  }

  /** Asks for the end of a task. Answers whether ECS knows it. */
  async stop(ref: string): Promise<boolean> {
    try {
      await this.#ecs.send(new StopTaskCommand({ cluster: this.#settings.cluster, task: ref, reason: endReason }));
      return true;
    } catch (error) {
      if (isUnknownTask(error)) return false;
      throw error;
    }
  }

  async tag(ref: string, tags: Tag[]): Promise<void> {
    await this.#ecs.send(new TagResourceCommand({ resourceArn: ref, tags }));
  }

  /** The task; `undefined` where ECS does not know it, or not yet. One that has ended is known for about an hour. */
  async find(ref: string): Promise<Task | undefined> {
    return (await this.describe([ref]))[0];
  }

  /** Those of the tasks that ECS knows. */
  async describe(refs: readonly string[]): Promise<Task[]> {
    const batches: string[][] = [];
    for (let start = 0; start < refs.length; start += mostDescribedAtOnce) {
      batches.push(refs.slice(start, start + mostDescribedAtOnce));
    }
    const { cluster } = this.#settings;
    const answers = await Promise.all(
      batches.map((tasks) => this.#ecs.send(new DescribeTasksCommand({ cluster, tasks, include: ['TAGS'] }))),
    );
    return answers.flatMap(({ tasks }) => tasks ?? []);
  }

  /** ARNs of what nobody has asked to end, of one family or of one origin. Shows a task some time after it was started. */
  async list(which: { family: string } | { origin: TaskOrigin } | undefined): Promise<string[]> {
    const filter: ListTasksCommandInput =
      which === undefined ? {} : 'family' in which ? { family: which.family } : { startedBy: startedBy(which.origin) };
    const refs: string[] = [];
    let nextToken: string | undefined;
    do {
      const { cluster } = this.#settings;
      const answer = await this.#ecs.send(
        new ListTasksCommand({ cluster, desiredStatus: 'RUNNING', maxResults: 100, nextToken, ...filter }),
      );
      refs.push(...(answer.taskArns ?? []));
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
    return refs;
  }

  /**
   * All tasks of the cluster that nobody has asked to end: two requests for every hundred. Answers what was asked for at most `age`
   * milliseconds ago.
   */
  all(age: number): Promise<Task[]> {
    const now = performance.now();
    if (this.#all !== undefined && now - this.#all.askedAt < age) return this.#all.tasks;
    const tasks = this.list(undefined).then((refs) => this.describe(refs));
    const asked = { askedAt: now, tasks };
    this.#all = asked;
    tasks.then(
      (seen) => {
        this.#lastSeen = seen;
      },
      () => {
        if (this.#all === asked) this.#all = undefined;
      },
    );
    return tasks;
  }

  /** What ran when all were last listed, however long ago: to be described before it is believed. */
  get lastSeen(): readonly Task[] {
    return this.#lastSeen;
  }
}
