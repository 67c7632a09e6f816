import { refuseBeyond, workspaceInstances } from '../../../functions/domain/quotas.ts';
import type { Instance, InstanceChange, InstanceStore, Page, PageRequest } from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

export class InMemoryInstanceStore implements InstanceStore {
  readonly #instances = new Map<string, Instance>();

  async create(instance: Instance, limit = Number.POSITIVE_INFINITY): Promise<void> {
    const present = this.#where(
      ({ workspaceId, desiredState }) => workspaceId === instance.workspaceId && desiredState !== 'deleted',
    );
    refuseBeyond(limit, present.length, workspaceInstances);
    this.#instances.set(instance.id, structuredClone(instance));
  }

  async find(workspaceId: string, instanceId: string): Promise<Instance | undefined> {
    const instance = this.#instances.get(instanceId);
    return instance?.workspaceId === workspaceId ? structuredClone(instance) : undefined;
  }

  async findById(instanceId: string): Promise<Instance | undefined> {
    return structuredClone(this.#instances.get(instanceId));
  }

  async list(workspaceId: string, page: PageRequest): Promise<Page<Instance>> {
    return pageOfItems(
      this.#where((instance) => instance.workspaceId === workspaceId),
      page,
    );
  }

  async listByKey(workspaceId: string, keyId: string): Promise<Instance[]> {
    return structuredClone(this.#where((instance) => instance.workspaceId === workspaceId && instance.keyId === keyId));
  }

  async listAll(page: PageRequest): Promise<Page<Instance>> {
    return pageOfItems(this.#instances.values(), page);
  }

  async update(instanceId: string, change: InstanceChange, expectedVersion?: number): Promise<Instance | undefined> {
    const present = this.#instances.get(instanceId);
    if (present === undefined || (expectedVersion !== undefined && present.version !== expectedVersion)) return undefined;
    const changed = { ...present, ...structuredClone(change), version: present.version + 1 };
    this.#instances.set(instanceId, changed);
    return structuredClone(changed);
  }

  async delete(instanceId: string): Promise<void> {
    this.#instances.delete(instanceId);
  }

  #where(condition: (instance: Instance) => boolean): Instance[] {
    return [...this.#instances.values()].filter(condition);
  }
}
