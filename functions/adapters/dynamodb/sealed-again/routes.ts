import { routeTokenContext } from '../../../../core/platform-table.ts';
import type { Sealer } from '../../../../core/sealer.ts';
import type { SealedAgain, SealedValues } from '../../../ports.ts';
import { createRouteEntity } from '../entities/route.ts';
import { requested } from '../request.ts';
import { readAllShards } from '../shards.ts';
import type { PlatformTable } from '../table.ts';
import { sealEach } from './seal-each.ts';

interface SealedTarget {
  address: string;
  sealedAccessToken: Uint8Array;
}

/** What routers present to instances, for as long as an instance runs. Routers need not be told: what it opens to stays the same. */
export class RouteSeals implements SealedValues {
  readonly #entity: ReturnType<typeof createRouteEntity>;
  readonly #sealer: Sealer;

  constructor(table: PlatformTable, sealer: Sealer) {
    this.#entity = createRouteEntity(table);
    this.#sealer = sealer;
  }

  async sealAgain(limit: number): Promise<SealedAgain> {
    const routes = await readAllShards(async (shard) => {
      const { data } = await requested(() => this.#entity.query.all({ shard }).go({ pages: 'all' }));
      return data;
    });
    const old = routes.filter((route) => this.#isOld(route));
    return sealEach(old, limit, ({ instanceId }) => this.#sealRoute(instanceId));
  }

  #isOld({ sealedAccessToken, replicas = [] }: SealedTarget & { replicas?: SealedTarget[] | undefined }): boolean {
    return [sealedAccessToken, ...replicas.map((replica) => replica.sealedAccessToken)].some(
      (sealed) => !this.#sealer.isCurrent(sealed),
    );
  }

  /** The index may be late, so the item decides. Whoever sets a route seals all of it, so the first seal tells whether that happened. */
  async #sealRoute(instanceId: string): Promise<boolean> {
    const { data: present } = await requested(() => this.#entity.get({ instanceId }).go({ consistent: true }));
    if (present === null || !this.#isOld(present)) return false;
    const again = ({ address, sealedAccessToken }: SealedTarget): SealedTarget => {
      const context = routeTokenContext(instanceId, address);
      return { address, sealedAccessToken: this.#sealer.seal(context, this.#sealer.open(context, sealedAccessToken)) };
    };
    const { sealedAccessToken } = again(present);
    const replicas = present.replicas?.map(again);
    const { rejected } = await requested(() =>
      this.#entity
        .patch({ instanceId })
        .set({ sealedAccessToken, ...(replicas === undefined ? {} : { replicas }) })
        .where((item, { eq }) => eq(item.sealedAccessToken, present.sealedAccessToken))
        .go({ response: 'none', returnOnConditionCheckFailure: true }),
    );
    return !rejected;
  }
}
