import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorKinds } from '../../../container/instance/smartlead/smartlead-error.ts';

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8').split('# Errors of tool calls')[1] ?? '';

it('are all described in docs/errors.md, and no others', () => {
  const described = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  expect(described.sort()).toEqual(Object.keys(errorKinds).sort());
});
