import type { Clock, Lease, LeaseStore } from '../../ports.ts';
import { createLeaseEntity } from './entities/lease.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';
import { untilUndisturbed } from './undisturbed.ts';

/** One item a lease; each step is one conditional write. */
export class DynamoLeaseStore implements LeaseStore {
  readonly #leases: ReturnType<typeof createLeaseEntity>;
  readonly #clock: Clock;

  constructor(table: PlatformTable, clock: Clock) {
    this.#leases = createLeaseEntity(table);
    this.#clock = clock;
  }

  acquire(name: string, holder: string, milliseconds: number): Promise<Lease | undefined> {
    return untilUndisturbed(async () => {
      const present = await this.find(name);
      const isFree = present === undefined || present.expiresAt <= this.#clock.now().toISOString();
      if (!isFree && present.holder !== holder) return { value: undefined };
      const isStillHeld = !isFree && present.holder === holder;
      const fence = isStillHeld ? present.fence : (present?.fence ?? 0) + 1;
      const lease = { name, holder, fence, expiresAt: this.#after(milliseconds) };
      const { rejected } = await requested(() =>
        this.#leases
          .put(lease)
          .where((item, { notExists, eq }) =>
            present === undefined
              ? notExists(item.name)
              : `${eq(item.holder, present.holder)} AND ${eq(item.fence, present.fence)} AND ${eq(item.expiresAt, present.expiresAt)}`,
          )
          .go({ response: 'none', returnOnConditionCheckFailure: true }),
      );
      return rejected ? undefined : { value: lease };
    });
  }

  async renew(lease: Lease, milliseconds: number): Promise<Lease | undefined> {
    const renewed = { ...lease, expiresAt: this.#after(milliseconds) };
    return (await this.#replace(lease, renewed)) ? renewed : undefined;
  }

  async release(lease: Lease): Promise<void> {
    await this.#replace(lease, { ...lease, expiresAt: new Date(0).toISOString() });
  }

  async find(name: string): Promise<Lease | undefined> {
    const { data } = await requested(() => this.#leases.get({ name }).go({ consistent: true }));
    return data ?? undefined;
  }

  /** Once more is as good as once: a repeated write finds its own holder and fence. */
  async #replace({ holder, fence }: Lease, next: Lease): Promise<boolean> {
    const { rejected } = await requested(() =>
      this.#leases
        .put(next)
        .where((item, { eq }) => `${eq(item.holder, holder)} AND ${eq(item.fence, fence)}`)
        .go({ response: 'none', returnOnConditionCheckFailure: true }),
    );
    return !rejected;
  }

  #after(milliseconds: number): string {
    return new Date(this.#clock.now().getTime() + milliseconds).toISOString();
  }
}
