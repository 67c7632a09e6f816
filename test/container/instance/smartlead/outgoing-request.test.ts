import { expect, it } from 'vitest';
import { operations } from '../../../../container/instance/catalogue/catalogue.ts';
import type { Operation } from '../../../../container/instance/catalogue/operation.ts';
import { buildRequest } from '../../../../container/instance/smartlead/outgoing-request.ts';

const host = 'http://127.0.0.1:1/api';
const hosts = { core: host, prospect: host, delivery: host, senders: host };
const history = operations.find(({ id }) => id === 'smart-delivery/schedule-history') as Operation;
const build = (spamTestId: unknown) => buildRequest(history, { spamTestId }, { hosts, apiKey: 'key' });

it.each(['', '.', '..', '\ud800', 'a\udc00'])('a value that cannot stand in a path is refused by name: %j', (value) => {
  expect(() => build(value)).toThrow(
    expect.objectContaining({ code: 'invalid_arguments', issues: [expect.objectContaining({ path: 'spamTestId' })] }),
  );
});

it('any other is one segment of it', () => {
  expect(build('../a b/😀').pathAndQuery).toContain('/report/..%2Fa%20b%2F%F0%9F%98%80/schedule-history?');
});
