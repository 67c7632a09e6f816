import { SealBrokenError } from '../../../../core/sealer.ts';
import type { SealedAgain } from '../../../ports.ts';

/**
 * Seals one item after the other again, up to the limit.
 * @param sealAgain Answers whether it wrote the item; rejects with SealBrokenError where the item opens with no key.
 */
export async function sealEach<Item>(
  items: readonly Item[],
  limit: number,
  sealAgain: (item: Item) => Promise<boolean>,
): Promise<SealedAgain> {
  const outcome = { sealed: 0, unreadable: 0 };
  for (const item of items) {
    if (outcome.sealed >= limit) return { ...outcome, isComplete: false };
    try {
      if (await sealAgain(item)) outcome.sealed += 1;
    } catch (error) {
      if (!(error instanceof SealBrokenError)) throw error;
      outcome.unreadable += 1;
    }
  }
  return { ...outcome, isComplete: true };
}
