import { expect, it } from 'vitest';
import { checkHeld } from '../../../functions/domain/invariant/held.ts';
import type { Snapshot } from '../../../functions/domain/invariant/snapshot.ts';
import { ManagerMetrics } from '../../../functions/instance-manager-service/manager-metrics.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');

/** An installation whose table is empty: so many tasks and sealed keys belong to nothing. */
function emptyTable(count: number): Snapshot {
  const each = <Item>(make: (index: number) => Item) => Array.from({ length: count }, (_, index) => make(index));
  return {
    ...{ now, instances: [], leftovers: [], routes: [], processes: [], confirmedOrphans: 0, isLookedAfter: () => false },
    accessTokens: each((index) => `ins_${index}`),
    stored: {
      ...{ keys: [], tokens: [] },
      secrets: each((index) => ({ name: `smartlead-key/${index}`, version: 1, createdAt: '2026-11-22T09:00:00.000Z' })),
    },
  };
}

it('OrphansHeld, which has an alarm, is the number of kinds of which the manager ends none', () => {
  const lines: string[] = [];
  const metrics = new ManagerMetrics({ stage: 'dev', write: (line) => void lines.push(line), now: () => now });
  for (const count of [5, 6]) {
    const violations = [...checkHeld(emptyTable(count))];
    metrics.checked({ holds: violations.length === 0, violations, components: [] });
  }
  const told = lines.map((line) => JSON.parse(line) as Record<string, number>);
  expect(told.map(({ OrphansHeld, InvariantViolations }) => ({ OrphansHeld, InvariantViolations }))).toEqual([
    { OrphansHeld: 0, InvariantViolations: 0 },
    { OrphansHeld: 2, InvariantViolations: 2 },
  ]);
});
