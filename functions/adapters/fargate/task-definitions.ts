import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { isUnusableDefinition } from './failure-words.ts';
import { contentTag, type TaskDefinitionContent } from './task-definition.ts';

/** DeleteTaskDefinitions takes so many. */
const mostDeletedAtOnce = 10;

interface Revision {
  arn: string;
  digest: string | undefined;
}

/**
 * Task definitions as they are registered. One is registered only where the latest revision of its family says something else, because
 * revisions are counted and registrations are among the slowest requests of ECS.
 */
export class TaskDefinitions {
  readonly #ecs: ECSClient;
  /** Latest revision by family, as it was last seen. */
  readonly #known = new Map<string, Revision>();

  constructor(ecs: ECSClient) {
    this.#ecs = ecs;
  }

  /** Answers the ARN of a revision with this content, a new one if need be; the one before that is then deregistered. */
  async ensure({ family, digest, input }: TaskDefinitionContent): Promise<string> {
    const known = this.#known.get(family);
    if (known?.digest === digest) return known.arn;
    const latest = await this.#latest(family);
    if (latest?.digest === digest) {
      this.#known.set(family, latest);
      return latest.arn;
    }
    const { taskDefinition } = await this.#ecs.send(new RegisterTaskDefinitionCommand(input));
    const arn = taskDefinition?.taskDefinitionArn;
    if (arn === undefined) throw new Error('ECS registered a task definition and did not say which.');
    this.#known.set(family, { arn, digest });
    // Tasks that run with it run on. Where this fails the revision stays until the family is deleted.
    if (latest !== undefined) await this.#deregister(latest.arn).catch(() => {});
    return arn;
  }

  /** What was remembered of the family is no longer true. */
  forget(family: string): void {
    this.#known.delete(family);
  }

  /** Deletes all revisions of a family. No error where there are none. */
  async deleteFamily(family: string): Promise<void> {
    this.forget(family);
    for (const arn of await this.#list(family, 'ACTIVE')) await this.#deregister(arn);
    const inactive = await this.#list(family, 'INACTIVE');
    for (let start = 0; start < inactive.length; start += mostDeletedAtOnce) {
      const taskDefinitions = inactive.slice(start, start + mostDeletedAtOnce);
      const { failures = [] } = await this.#ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions }));
      const [failure] = failures;
      if (failure !== undefined) throw new Error(`ECS did not delete the task definition ${failure.arn}: ${failure.reason}`);
    }
  }

  async #latest(family: string): Promise<Revision | undefined> {
    try {
      const answer = await this.#ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family, include: ['TAGS'] }));
      const arn = answer.taskDefinition?.taskDefinitionArn;
      if (arn === undefined || answer.taskDefinition?.status !== 'ACTIVE') return undefined;
      return { arn, digest: answer.tags?.find(({ key }) => key === contentTag)?.value };
    } catch (error) {
      if (isUnusableDefinition(error)) return undefined;
      throw error;
    }
  }

  async #list(family: string, status: 'ACTIVE' | 'INACTIVE'): Promise<string[]> {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const answer = await this.#ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: family, status, nextToken }));
      // The filter is by the full name; a name that only begins like this is never touched.
      for (const arn of answer.taskDefinitionArns ?? []) if (arn.includes(`/${family}:`)) found.push(arn);
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
    return found;
  }

  async #deregister(taskDefinition: string): Promise<void> {
    try {
      await this.#ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
    } catch (error) {
      if (!isUnusableDefinition(error)) throw error;
    }
  }
}
