import type { Migration } from 'kysely/migration';
import * as usageLedger from './0001-usage-ledger.ts';

/**
 * All migrations of the billing database in their order. One that was released is never changed, and each leaves the release before it
 * working: what is to go is first no longer used, and taken away by a later release (`docs/operations.md`).
 */
export const billingMigrations: Record<string, Migration> = {
  '0001-usage-ledger': usageLedger,
};
