import { createWriteTransaction, type EntityItem } from 'electrodb';
import { routeTokenContext } from '../../../core/platform-table.ts';
import { SealBrokenError, type Sealer } from '../../../core/sealer.ts';
import type { Route, RouteTable, RouteTarget } from '../../ports.ts';
import { changeItem } from './change-feed.ts';
import { createChangeEntity } from './entities/change.ts';
import { createRouteEntity } from './entities/route.ts';
import { requested } from './request.ts';
import { readAllShards, shardOf } from './shards.ts';
import type { PlatformTable } from './table.ts';
import { writeTogether } from './transaction.ts';

/**
 * Where instances run, for routers to read. What routers present to instances is sealed with the key of the data plane. A route that
 * is sealed with a key that nobody knows opens nothing for routers either, so it counts as none, and the reconciler makes a new one.
 */
export class DynamoRouteTable implements RouteTable {
  readonly #entities: ReturnType<typeof createEntities>;
  readonly #sealer: Sealer;

  constructor(table: PlatformTable, sealer: Sealer) {
    this.#entities = createEntities(table);
    this.#sealer = sealer;
  }

  async set({ instanceId, workspaceId, mode, replicas, ...first }: Route): Promise<void> {
    const item = {
      instanceId,
      workspaceId,
      ...(mode === undefined ? {} : { mode }),
      ...this.#seal(instanceId, first),
      ...(replicas === undefined ? {} : { replicas: replicas.map((replica) => this.#seal(instanceId, replica)) }),
      shard: shardOf(instanceId),
    };
    await writeTogether(() =>
      createWriteTransaction(this.#entities, ({ route, change }) => [
        route.put(item).commit(),
        change.put(changeItem({ kind: 'route-set', instanceId })).commit(),
      ]),
    );
  }

  async get(instanceId: string): Promise<Route | undefined> {
    const { data } = await requested(() => this.#entities.route.get({ instanceId }).go({ consistent: true }));
    return data === null ? undefined : this.#open(data);
  }

  async remove(instanceId: string): Promise<void> {
    await writeTogether(() =>
      createWriteTransaction(this.#entities, ({ route, change }) => [
        route.delete({ instanceId }).commit(),
        change.put(changeItem({ kind: 'route-removed', instanceId })).commit(),
      ]),
    );
  }

  /** From an index: who acts on what it shows reads the route itself first. */
  async list(): Promise<Route[]> {
    const items = await readAllShards(async (shard) => {
      const { data } = await requested(() => this.#entities.route.query.all({ shard }).go({ pages: 'all' }));
      return data;
    });
    return items.flatMap((item) => this.#open(item) ?? []);
  }

  #seal(instanceId: string, { address, accessToken }: RouteTarget) {
    return { address, sealedAccessToken: this.#sealer.seal(routeTokenContext(instanceId, address), accessToken) };
  }

  #open(item: EntityItem<ReturnType<typeof createRouteEntity>>): Route | undefined {
    const { instanceId, workspaceId, mode, replicas } = item;
    const target = ({ address, sealedAccessToken }: { address: string; sealedAccessToken: Uint8Array }): RouteTarget => ({
      address,
      accessToken: this.#sealer.open(routeTokenContext(instanceId, address), sealedAccessToken),
    });
    try {
      return {
        instanceId,
        workspaceId,
        ...(mode && { mode }),
        ...target(item),
        ...(replicas && { replicas: replicas.map(target) }),
      };
    } catch (error) {
      if (error instanceof SealBrokenError) return undefined;
      throw error;
    }
  }
}

function createEntities(table: PlatformTable) {
  return { route: createRouteEntity(table), change: createChangeEntity(table) };
}
