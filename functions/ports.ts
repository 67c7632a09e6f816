/**
 * What the domain needs from outside, as interfaces. Adapters implement them, one file a technology; a composition root per scale
 * chooses. Stores are described by access pattern, so that PostgreSQL and a single DynamoDB table can both serve them; both pass
 * the contract suite in `test/functions/adapters/`.
 *
 * Times are ISO 8601 strings in UTC. Lists are newest first and paged by opaque cursors. Methods that look something up return
 * `undefined` where it does not exist or belongs to another workspace.
 */

export * from './ports/alerts.ts';
export * from './ports/data-plane.ts';
export * from './ports/instance-images.ts';
export * from './ports/instance-metrics.ts';
export * from './ports/instance-tasks.ts';
export * from './ports/instances.ts';
export * from './ports/inventory.ts';
export * from './ports/keys-and-secrets.ts';
export * from './ports/lease.ts';
export * from './ports/lifecycle-executions.ts';
export * from './ports/operation-queue.ts';
export * from './ports/people.ts';
export * from './ports/platform-health.ts';
export * from './ports/records.ts';
export * from './ports/rollouts.ts';
export * from './ports/sealed-values.ts';
export * from './ports/time-and-pages.ts';
export * from './ports/warm-pool.ts';
