import type { Sealer } from '../../../../core/sealer.ts';
import type { SealedAgain, SealedValues } from '../../../ports.ts';
import { createSealedSecretEntity } from '../entities/sealed-secret.ts';
import { requested } from '../request.ts';
import { sealedSecretContext } from '../sealed-secret-store.ts';
import { readAllShards } from '../shards.ts';
import type { PlatformTable } from '../table.ts';
import { sealEach } from './seal-each.ts';

/** The secrets of `DynamoSealedSecretStore`: a token stays there while its instance runs. */
export class SealedSecretSeals implements SealedValues {
  readonly #entity: ReturnType<typeof createSealedSecretEntity>;
  readonly #sealer: Sealer;

  constructor(table: PlatformTable, sealer: Sealer) {
    this.#entity = createSealedSecretEntity(table);
    this.#sealer = sealer;
  }

  async sealAgain(limit: number): Promise<SealedAgain> {
    const secrets = await readAllShards(async (shard) => {
      const { data } = await requested(() => this.#entity.query.all({ shard }).go({ pages: 'all' }));
      return data;
    });
    const old = secrets.filter(({ sealed }) => !this.#sealer.isCurrent(sealed));
    // A version has one value, so what the index shows is that; it may have been deleted, or sealed again by somebody else.
    return sealEach(old, limit, async ({ name, version, sealed: before }) => {
      const context = sealedSecretContext({ name, version });
      const sealed = this.#sealer.seal(context, this.#sealer.open(context, before));
      const { rejected } = await requested(() =>
        this.#entity
          .patch({ name, version })
          .set({ sealed })
          .where((item, { eq }) => eq(item.sealed, before))
          .go({ response: 'none', returnOnConditionCheckFailure: true }),
      );
      return !rejected;
    });
  }
}
