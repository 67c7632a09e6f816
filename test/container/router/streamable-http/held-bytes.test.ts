import { expect, it } from 'vitest';
import { HeldBytes, HoldRoom } from '../../../../container/router/streamable-http/held-bytes.ts';

it('one workspace whose answers are held back leaves room for those of others', () => {
  const room = new HoldRoom({ perAnswer: 15, inAll: 80 });
  const piece = Buffer.alloc(10);
  const loud = Array.from({ length: 10 }, () => new HeldBytes(room.of('ws_1')));
  expect(loud.filter((each) => each.add(piece))).toHaveLength(2);
  const other = new HeldBytes(room.of('ws_2'));
  expect([other.add(piece), other.add(piece)]).toEqual([true, false]);
  for (const each of [...loud, other]) each.release();
  expect(room.bytes).toBe(0);
});
