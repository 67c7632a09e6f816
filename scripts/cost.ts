/** Prints what the service on AWS costs in a month. See `--help`. */
import { parseArgs } from 'node:util';
import { readSettings } from '../infra/config.ts';
import { type CustomerGroup, idleCustomer, idleCustomerWithStream, loadOf, usualCustomer } from '../infra/cost/load.ts';
import { costOfOneMore, monthlyBill } from '../infra/cost/model.ts';
import { type PricedRegion, pricedRegions, usersWithoutCharge } from '../infra/cost/prices.ts';
import { billReport, comparison, everyCent, largestItems, perCustomer, priceReport, trust } from '../infra/cost/report.ts';
import type { Situation } from '../infra/cost/situation.ts';
import { programFacts } from './program-facts.ts';

const help = `What the service on AWS costs in a month, by list prices.

  npm run cost -- --tenants 100 --duty 0.1

  --tenants <n>              customers, each with one instance (100)
  --duty <share>             share of all hours an instance is awake (0.1)
  --scale                    10, 1,000 and 10,000 customers beside each other
  --stage dev|prod           whose settings (prod)
  --region <region>          ${pricedRegions.join(' or ')} (eu-central-1)
  --domain <name>            with a domain of one's own (without: CloudFront)
  --calls-per-busy-hour <n>  tool calls in an hour awake (60)
  --wakes-per-busy-hour <n>  times it fell asleep and woke in that hour (1)
  --streams <n>              event streams a customer holds while awake (1)
  --streams-asleep <n>       and while the instance sleeps (0)
  --dashboard-minutes <n>    minutes a month the dashboard is open (60)
  --spot <share>             share of instances' hours on Spot (0)
  --warm-pool <n>            tasks that wait for a customer (by demand)
  --prices                   the prices, each with its date and source
  --json                     for programs`;

const text = { type: 'string' } as const;
function readOptions() {
  return parseArgs({
    options: {
      tenants: { ...text, default: '100' },
      duty: { ...text, default: String(usualCustomer.duty) },
      scale: { type: 'boolean', default: false },
      stage: { ...text, default: 'prod' },
      region: { ...text, default: 'eu-central-1' },
      domain: text,
      'calls-per-busy-hour': { ...text, default: String(usualCustomer.callsPerBusyHour) },
      'wakes-per-busy-hour': { ...text, default: String(usualCustomer.wakesPerBusyHour) },
      streams: { ...text, default: String(usualCustomer.streamsAwake) },
      'streams-asleep': { ...text, default: String(usualCustomer.streamsAsleep) },
      'dashboard-minutes': { ...text, default: String(usualCustomer.dashboardMinutes) },
      spot: { ...text, default: '0' },
      'warm-pool': text,
      prices: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

/** What was typed wrongly is said in a line, not with the place in this file. */
function orEnd<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

const values = orEnd(readOptions);

function number(name: keyof typeof values, most = 1e9): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= 0 && value <= most) return value;
  throw new RangeError(`--${name} must be a number from 0 to ${most}.`);
}

function regionOf(name: string): PricedRegion {
  const region = pricedRegions.find((priced) => priced === name);
  if (region === undefined) throw new RangeError(`There are prices for ${pricedRegions.join(' and ')} alone.`);
  return region;
}

/** What was asked for, ready to be printed. */
function answer(): string[] {
  const region = regionOf(values.region);
  if (values.help) return [help];
  if (values.prices) return [priceReport(region)];

  const settings = readSettings({
    stage: values.stage,
    ...(values.domain === undefined ? {} : { domainName: values.domain, hostedZoneId: 'Z0123456789ABCDEFGHIJ' }),
  });
  const base: Omit<Situation, 'load'> = {
    region,
    settings,
    program: programFacts(settings.warmPoolSize),
    spotShare: number('spot', 1),
    usersWithoutCharge,
    ...(values['warm-pool'] === undefined ? {} : { warmTasks: number('warm-pool') }),
  };
  const busy = {
    ...usualCustomer,
    duty: number('duty', 1),
    callsPerBusyHour: number('calls-per-busy-hour'),
    wakesPerBusyHour: number('wakes-per-busy-hour'),
    streamsAwake: number('streams'),
    streamsAsleep: number('streams-asleep'),
    dashboardMinutes: number('dashboard-minutes'),
  };
  const about = `${values.stage}, ${region}, a month in US dollars`;
  const assumed = `awake ${Math.round(busy.duty * 1_000) / 10} % of the time, ${busy.callsPerBusyHour} calls an hour awake`;
  const billOf = (count: number) => monthlyBill({ ...base, load: loadOf([{ ...busy, count }]) });

  if (values.scale) {
    const columns = [10, 1_000, 10_000].map((customers) => ({
      head: customers.toLocaleString('en-US'),
      bill: billOf(customers),
      customers,
    }));
    if (values.json) return [JSON.stringify(columns, undefined, 2)];
    return [comparison(`Where the money goes: ${about};\ncustomers are ${assumed}`, columns), trust(region)];
  }

  const tenants = number('tenants');
  const bill = billOf(tenants);
  const oneMore = (customer: Omit<CustomerGroup, 'count'>) => costOfOneMore(base, [{ ...busy, count: tenants }], customer);
  const [oneBusy, oneIdle, withStream] = [oneMore(busy), oneMore(idleCustomer), oneMore(idleCustomerWithStream)];
  if (values.json) return [JSON.stringify({ bill, busy: oneBusy, idle: oneIdle, idleWithStream: withStream }, undefined, 2)];
  return [
    billReport([`Smartlead MCP: ${about}`, `${tenants.toLocaleString('en-US')} customers, ${assumed}`], bill),
    largestItems(bill, 12),
    perCustomer('One more customer, a month', [
      { name: 'busy', bill: oneBusy },
      { name: 'idle', bill: oneIdle },
      { name: 'idle, one stream open', bill: withStream },
    ]),
    comparison('One more customer, by part', [
      { head: 'busy', bill: oneBusy },
      { head: 'idle', bill: oneIdle },
      { head: 'idle+stream', bill: withStream },
    ]),
    everyCent('An idle customer: asleep all month, the dashboard opened twice for 5 minutes', oneIdle),
    trust(region),
  ];
}

console.log(orEnd(answer).join('\n'));
