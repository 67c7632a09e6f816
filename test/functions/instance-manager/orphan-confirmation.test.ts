import { expect, it } from 'vitest';
import { OrphanConfirmation } from '../../../functions/instance-manager/orphan-confirmation.ts';

const minute = 60_000;

function setUp() {
  let time = Date.parse('2026-11-22T12:00:00.000Z');
  const at = (minutes: number) => new Date(time + minutes * minute).toISOString();
  return {
    confirmation: new OrphanConfirmation({ now: () => new Date(time) }),
    at,
    wait: (minutes: number) => {
      time += minutes * minute;
    },
  };
}

it('holds for an hour from when it was said', () => {
  const { confirmation, at, wait } = setUp();
  expect(confirmation.confirmed).toBe(0);
  confirmation.confirm(42, at(-50));
  expect(confirmation.confirmed).toBe(42);
  wait(10);
  expect(confirmation.confirmed).toBe(0);
});

it('that was taken back is not brought back by a message that comes late or once more', () => {
  const { confirmation, at } = setUp();
  const first = at(-2);
  confirmation.confirm(500, first);
  confirmation.confirm(1, at(-1));
  confirmation.confirm(500, first);
  expect(confirmation.confirmed).toBe(1);
});

it('of a clock that is ahead holds for no longer', () => {
  const { confirmation, at, wait } = setUp();
  confirmation.confirm(42, at(24 * 60));
  expect(confirmation.confirmed).toBe(42);
  wait(60);
  expect(confirmation.confirmed).toBe(0);
  confirmation.confirm(3, at(0));
  expect(confirmation.confirmed).toBe(3);
});
