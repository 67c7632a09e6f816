import { describe, expect, it } from 'vitest';
import { desiredStates, type InstanceStatus, instanceStatuses } from '../../../core/instance-status.ts';
import { canMove, operationToReach, serves, statusDuring } from '../../../functions/instance-manager/lifecycle-states.ts';

describe('the moves between statuses', () => {
  /** One line a status, one column a status in the order of `instanceStatuses`; the whole table, so that no change goes unseen. */
  const table: Record<InstanceStatus, string> = {
    //               p r s r s s u s f
    provisioning: /**/ 'x x . x x . x x x',
    running: /*     */ '. x x x x . x x x',
    sleeping: /*    */ '. . x x x . x x x',
    restarting: /*  */ '. x . x x . x x x',
    stopping: /*    */ '. . . x x x . x x',
    stopped: /*     */ 'x . . . x x . x .',
    unauthenticated: 'x . . x x . x x x',
    suspended: /*   */ '. . . . x x . x .',
    failed: /*      */ 'x . . x x . . x x',
  };

  it.each(instanceStatuses)('from %s are exactly these', (from) => {
    expect(instanceStatuses.map((to) => (canMove(from, to) ? 'x' : '.')).join(' ')).toBe(table[from]);
  });

  it('never lead out of suspension into running without a start', () => {
    for (const status of ['running', 'provisioning', 'restarting'] as const) expect(canMove('suspended', status)).toBe(false);
  });

  it.each(instanceStatuses.filter((status) => status !== 'suspended'))('allow every operation to begin from %s', (from) => {
    for (const operation of ['start', 'restart', 'stop'] as const) {
      expect(canMove(from, statusDuring(operation, from)), operation).toBe(true);
    }
  });
});

it.each(desiredStates)('the operation that reaches %s serves it and no other wish', (desiredState) => {
  for (const other of desiredStates) expect(serves(operationToReach[desiredState], other)).toBe(other === desiredState);
});
