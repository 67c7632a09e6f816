import { DynamoLeaseStore } from '../adapters/dynamodb/lease-store.ts';
import type { LeaseStore } from '../ports.ts';
import type { ManagerEnvironment } from './aws-environment.ts';
import { platformTable } from './aws-table.ts';

/** Leases lie in the table, on a connection of their own: they must not wait behind the manager's reads. */
export function managerLeases(environment: Pick<ManagerEnvironment, 'TABLE_NAME'>): LeaseStore {
  return new DynamoLeaseStore(platformTable(environment), { now: () => new Date() });
}
