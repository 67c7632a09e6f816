import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SealBrokenError, type Sealer } from '../../../core/sealer.ts';
import type { IdempotencyStore, StoredResponse } from '../../ports.ts';
import { createIdempotencyClaimEntity } from './entities/idempotency-claim.ts';
import { expiresAfter } from './expiry.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';

const responseSchema = z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.string() });

/**
 * How long a claim without an answer holds, in milliseconds. Requests end long before; whoever is older died with its process, and
 * without this a retry would hear "still running" for a day.
 */
const claimHolds = 60_000;

/** One item for each key; each step is one conditional write. */
export class DynamoIdempotencyStore implements IdempotencyStore {
  readonly #claims: ReturnType<typeof createIdempotencyClaimEntity>;
  readonly #sealer: Sealer;

  constructor(table: PlatformTable, sealer: Sealer) {
    this.#claims = createIdempotencyClaimEntity(table);
    this.#sealer = sealer;
  }

  async claim(request: Parameters<IdempotencyStore['claim']>[0]): ReturnType<IdempotencyStore['claim']> {
    const { scope, key, fingerprint, now, expiresAt } = request;
    const abandonedBefore = new Date(Date.parse(now) - claimHolds).toISOString();
    const claimId = randomUUID();
    const digest = digestOf(scope, key);
    const claim = { digest, claimId, fingerprint, claimedAt: now, expiresAt, ttl: expiresAfter(expiresAt, 0) };
    const { rejected, data: present } = await requested(() =>
      this.#claims
        .put(claim)
        .where((item, { notExists, eq, lte }) => {
          const abandoned = `${notExists(item.sealedResponse)} AND ${eq(item.fingerprint, fingerprint)} AND ${lte(item.claimedAt, abandonedBefore)}`;
          return `${notExists(item.digest)} OR ${lte(item.expiresAt, now)} OR (${abandoned})`;
        })
        .go({ response: 'none', returnOnConditionCheckFailure: 'all_old' }),
    );
    if (!rejected) return { outcome: 'claimed' };
    // The SDK sent it a second time, because the answer to the first was lost.
    if (present?.claimId === claimId) return { outcome: 'claimed' };
    // Released just now: the caller tries again and will then claim it.
    if (present === null) return { outcome: 'in-progress' };
    if (present.fingerprint !== fingerprint) return { outcome: 'mismatch' };
    if (present.sealedResponse === undefined) return { outcome: 'in-progress' };
    try {
      const response = this.#sealer.open(sealContext(scope, key), Buffer.from(present.sealedResponse, 'base64'));
      return { outcome: 'replay', response: responseSchema.parse(JSON.parse(response)) };
    } catch (error) {
      if (error instanceof SealBrokenError) return { outcome: 'unreadable' };
      throw error;
    }
  }

  /** Nothing where the claim has gone. */
  async complete(scope: string, key: string, response: StoredResponse): Promise<void> {
    const sealedResponse = this.#sealer.seal(sealContext(scope, key), JSON.stringify(response)).toString('base64');
    await requested(() =>
      this.#claims
        .patch({ digest: digestOf(scope, key) })
        .set({ sealedResponse })
        .go({ response: 'none', returnOnConditionCheckFailure: true }),
    );
  }

  async release(scope: string, key: string): Promise<void> {
    await requested(() =>
      this.#claims
        .delete({ digest: digestOf(scope, key) })
        .where((item, { notExists }) => notExists(item.sealedResponse))
        .go({ response: 'none', returnOnConditionCheckFailure: true }),
    );
  }
}

/** JSON keeps the two apart, as both may hold any character. */
function digestOf(scope: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([scope, key]))
    .digest('hex');
}

function sealContext(scope: string, key: string): string {
  return `idempotency ${JSON.stringify([scope, key])}`;
}
