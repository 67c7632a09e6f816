import fc from 'fast-check';
import { expect, it } from 'vitest';
import { serverNameFor } from '../../../../functions/domain/connections/connection.ts';

it.each([
  ['Campaigns', 'smartlead-campaigns'],
  ['My Smartlead', 'smartlead-my-smartlead'],
  ['Smartlead Sales', 'smartlead-sales'],
  ['smartlead', 'smartlead'],
  ['Été à Paris', 'smartlead-e-te-a-paris'],
  ['日本', 'smartlead'],
  ['$(rm -rf /)', 'smartlead-rm-rf'],
])('%j becomes %s', (name, expected) => {
  expect(serverNameFor(name)).toBe(expected);
});

const anyName = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 }).map((units) => String.fromCharCode(...units));

it('is safe in every settings file and shell, whatever the name', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      expect(serverNameFor(name)).toMatch(/^smartlead(-[a-z0-9]+)*$/);
      expect(serverNameFor(name).length).toBeLessThanOrEqual(34);
    }),
  );
});
