import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestTable } from '../../../../container/instance/protocol/request-table.ts';

const requestId = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('0', '1', 'a'));
const step = fc.record({ id: requestId, value: fc.option(fc.record({ name: fc.string() })) });

describe('the table of requests', () => {
  it('holds what a Map would hold, with 1 and "1" as two requests', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const table = new RequestTable<{ name: string }>();
        const model = new Map<string | number, { name: string }>();
        for (const { id, value } of steps) {
          if (value === null) {
            table.delete(id);
            model.delete(id);
          } else {
            table.set(id, value);
            model.set(id, value);
          }
          expect(table.get(id)).toBe(model.get(id));
          expect(table.has(id)).toBe(model.has(id));
        }
        expect(table.size).toBe(model.size);
        expect([...table.values()]).toEqual([...model.values()]);
      }),
    );
  });

  it('can lose requests while it is walked through', () => {
    const table = new RequestTable<{ name: string }>();
    for (const id of [1, 2, 3]) table.set(id, { name: String(id) });
    const seen: string[] = [];
    for (const { name } of table.values()) {
      seen.push(name);
      table.delete(2);
    }
    expect(seen).toEqual(['1', '3']);
  });
});
