import { expect, it, vi } from 'vitest';
import { SealRenewal } from '../../../functions/instance-manager/seal-renewal.ts';

const done = { sealed: 0, unreadable: 0, isComplete: true };

it('looks again at what it could not look at as a whole, and at nothing else', async () => {
  const many = vi.fn(async (limit: number) => ({ sealed: limit, unreadable: 0, isComplete: many.mock.calls.length === 3 }));
  const few = vi.fn(async () => done);
  const report = vi.fn();
  const renewal = new SealRenewal({ values: { many: { sealAgain: many }, few: { sealAgain: few } }, report }, { mostInAPass: 7 });
  for (let pass = 0; pass < 5; pass += 1) await renewal.run();
  expect(many.mock.calls).toEqual([[7], [7], [7]]);
  expect(few).toHaveBeenCalledTimes(1);
  expect(report).not.toHaveBeenCalled();
});

it('tells what it could not seal, and is not kept from the rest by it', async () => {
  const away = vi.fn(async () => {
    if (away.mock.calls.length === 1) throw new Error('the table is away');
    return { ...done, unreadable: 2 };
  });
  const other = vi.fn(async () => done);
  const report = vi.fn();
  const renewal = new SealRenewal({ values: { routes: { sealAgain: away }, tokens: { sealAgain: other } }, report });
  for (let pass = 0; pass < 3; pass += 1) await renewal.run();
  expect(other).toHaveBeenCalledTimes(1);
  expect(report.mock.calls.map(([{ message }]) => message)).toEqual([
    expect.stringMatching(/^The routes could not all be sealed .* tried again/),
    expect.stringMatching(/^Of the routes, 2 open with no secret/),
  ]);
});

it('waits until all others have come to the current secret, then goes on soon with what is left', async () => {
  const minute = 60_000;
  const many = vi.fn(async () => ({ ...done, isComplete: many.mock.calls.length === 2 }));
  const renewal = new SealRenewal({ values: { many: { sealAgain: many } }, report: vi.fn() });
  const pauses = [renewal.pauseMilliseconds];
  for (let pass = 0; pass < 2; pass += 1) {
    await renewal.run();
    pauses.push(renewal.pauseMilliseconds);
  }
  expect(pauses).toEqual([10 * minute, minute, 10 * minute]);
});
