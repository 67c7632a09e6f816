import type { Tier } from '../api-key.ts';
import { seedAccount } from '../seed/seed-account.ts';
import { Account } from './account.ts';

/** Accounts by key, made and seeded at their first request. The one unused for longest goes when there are too many. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  open(apiKey: string, tier: Tier, now: number): Account {
    let account = this.#accounts.get(apiKey);
    if (account === undefined) {
      account = new Account(apiKey, tier);
      seedAccount(account, now);
    } else {
      this.#accounts.delete(apiKey);
    }
    // A Map keeps insertion order, so the first entry is always the one used least recently.
    this.#accounts.set(apiKey, account);
    const oldest = this.#accounts.keys().next().value;
    if (this.#accounts.size > this.#maximum && oldest !== undefined) this.#accounts.delete(oldest);
    return account;
  }
}
