import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idleCustomer, idleCustomerWithStream, usualCustomer } from '../../../infra/cost/load.ts';
import { type Bill, costOfOneMore, monthlyBill } from '../../../infra/cost/model.ts';
import { pricedRegions } from '../../../infra/cost/prices.ts';
import { parts } from '../../../infra/cost/situation.ts';
import { programFacts } from '../../../scripts/program-facts.ts';
import { customers, situation } from './situations.ts';

const usd = ({ lines }: Bill, part: string, what: string): number =>
  lines.filter((line) => line.part === part && line.what.startsWith(what)).reduce((sum, line) => sum + line.usd, 0);

describe('a monthly bill', () => {
  it('is the sum of its parts, and each line is quantity times price', () => {
    const bill = monthlyBill(situation([customers(100)]));
    expect(parts.reduce((sum, part) => sum + bill.byPart[part], 0)).toBeCloseTo(bill.total, 6);
    expect(bill.lines.every(({ usd: amount }) => Number.isFinite(amount) && amount >= 0)).toBe(true);
  });

  it('asks for an instance what Fargate asks for its hours', () => {
    // 100 customers, 73 hours each: 7,300 h x (0.25 vCPU x $0.03725 + 0.5 GB x $0.00409).
    const bill = monthlyBill(situation([customers(100)]));
    expect(usd(bill, 'instances', 'awake')).toBeCloseTo(7_300 * (0.25 * 0.03725 + 0.5 * 0.00409), 6);
    const onSpot = monthlyBill(situation([customers(100)], { spotShare: 1 }));
    expect(onSpot.byPart.instances).toBeCloseTo(bill.byPart.instances * 0.31, 6);
  });

  it('asks for the network what stands there', () => {
    // Three gateways and three addresses for 730 h; four services in three zones.
    const bill = monthlyBill(situation([]));
    expect(usd(bill, 'network', 'NAT gateways')).toBeCloseTo(3 * 730 * 0.052, 6);
    expect(usd(bill, 'network', 'addresses')).toBeCloseTo(3 * 730 * 0.005, 6);
    expect(usd(bill, 'network', 'endpoints of AWS')).toBeCloseTo(4 * 3 * 730 * 0.012, 6);
    const one = monthlyBill(situation([], { settings: { natGateways: 'one', interfaceEndpoints: '' } }));
    expect(usd(one, 'network', 'NAT gateways')).toBeCloseTo(730 * 0.052, 6);
    expect(usd(one, 'network', 'endpoints of AWS')).toBe(0);
  });

  it('counts the transitions of every start and every sleep', () => {
    // 10 customers, 73 hours awake, one start and one sleep in each: 730 x (11 + 7) transitions.
    const bill = monthlyBill(situation([customers(10)]));
    expect(usd(bill, 'lifecycle', 'transitions')).toBeCloseTo(730 * 18 * 0.000025, 6);
  });

  it('counts what the platform writes about a stream that stands', () => {
    // One stream all month, told of every quarter of an hour: 2,920 records of 6 WRU.
    const bill = monthlyBill(situation([customers(1, idleCustomerWithStream)]));
    expect(usd(bill, 'table', 'usage of standing streams')).toBeCloseTo(2_920 * 6 * 0.0000007625, 6);
  });

  it('keeps the standby of the database and of nothing else twice', () => {
    const bill = monthlyBill(situation([]));
    expect(usd(bill, 'database', 'instance')).toBeCloseTo(2 * 730 * 0.0772, 6);
    expect(usd(bill, 'database', 'storage')).toBeCloseTo(2 * 20 * 0.137, 6);
    expect(usd(bill, 'cache', 'nodes')).toBeCloseTo(2 * 730 * 0.0288, 6);
  });

  it('charges users from the ten thousand and first on', () => {
    expect(usd(monthlyBill(situation([customers(10_000)])), 'API and accounts', 'active users')).toBe(0);
    expect(usd(monthlyBill(situation([customers(10_100)])), 'API and accounts', 'active users')).toBeCloseTo(1.5, 6);
  });

  it('refuses a size that has no price, and says which have', () => {
    const unpriced = situation([], { settings: { databaseInstanceClass: 'm7g.large' } });
    expect(() => monthlyBill(unpriced)).toThrow(/m7g.large.*t4g.micro/);
  });
});

describe('whoever uses more', () => {
  const shares = fc.double({ min: 0, max: 1, noNaN: true });
  const counts = fc.integer({ min: 0, max: 20_000 });
  const groups = fc.record({
    count: counts,
    duty: shares,
    callsPerBusyHour: fc.integer({ min: 0, max: 2_000 }),
    wakesPerBusyHour: shares,
    streamsAsleep: shares,
  });
  /** Rounding of sums, as a share. */
  const tolerance = 1e-9;

  it.each(['count', 'duty', 'callsPerBusyHour', 'streamsAsleep'] as const)('never pays less: %s', (dimension) => {
    fc.assert(
      fc.property(groups, shares, (group, less) => {
        const smaller = {
          ...group,
          [dimension]: dimension === 'count' ? Math.floor(group.count * less) : group[dimension] * less,
        };
        const [before, after] = [smaller, group].map(({ count, ...change }) =>
          monthlyBill(situation([customers(count, change)], { warmTasks: 5 })),
        );
        expect(after?.total).toBeGreaterThanOrEqual((before?.total ?? 0) * (1 - tolerance));
      }),
      { numRuns: 60 },
    );
  });

  it('pays less on Spot, with fewer tasks that wait, and in Virginia', () => {
    fc.assert(
      fc.property(groups, shares, fc.integer({ min: 0, max: 100 }), ({ count, ...change }, spotShare, warmTasks) => {
        const of = (...changes: Parameters<typeof situation>[1][]) =>
          monthlyBill(situation([customers(count, change)], Object.assign({}, ...changes))).total;
        expect(of({ spotShare, warmTasks })).toBeLessThanOrEqual(of({ warmTasks }) * (1 + tolerance));
        expect(of({ warmTasks })).toBeLessThanOrEqual(of({ warmTasks: warmTasks + 1 }) * (1 + tolerance));
        expect(of({ region: 'us-east-1' })).toBeLessThan(of({ region: 'eu-central-1' }));
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(pricedRegions)('one more customer in %s', (region) => {
  const base = { ...situation([], { region }), program: programFacts(5) };

  it.each([0, 10, 100, 1_000, 10_000])('costs less than ten cents when idle, beside %i busy ones', (count) => {
    const bill = costOfOneMore(base, [customers(count)], idleCustomer);
    expect(bill.total).toBeLessThan(0.1);
    expect(bill.total).toBeGreaterThan(0);
  });

  it.each([0, 10, 100, 1_000, 10_000])('costs less than ten cents when idle with a stream open, beside %i busy ones', (count) => {
    const bill = costOfOneMore(base, [customers(count)], idleCustomerWithStream);
    expect(bill.total).toBeLessThan(0.1);
    expect(bill.total).toBeGreaterThan(costOfOneMore(base, [customers(count)], idleCustomer).total);
  });

  it('pays nothing for an instance or a secret when idle', () => {
    const { byPart } = costOfOneMore(base, [customers(100)], idleCustomer);
    expect(byPart.instances).toBe(0);
    expect(byPart['secrets and keys']).toBeCloseTo(0, 6);
  });

  it('costs what its instance costs, and not twice as much, when it works all the time', () => {
    const bill = costOfOneMore(base, [customers(100)], { ...usualCustomer, duty: 1, wakesPerBusyHour: 1 / 24 });
    expect(bill.byPart.instances).toBeGreaterThan(6);
    expect(bill.total).toBeLessThan(2 * bill.byPart.instances);
  });
});
