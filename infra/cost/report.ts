import type { Bill, Line } from './model.ts';
import { priceSources } from './price-sources.ts';
import { type PricedRegion, type PriceName, prices } from './prices.ts';
import { parts } from './situation.ts';

/** Columns of a terminal. */
export const width = 80;
const barWidth = 24;

/** A bill by part, the dearest first, with what each is mostly made of. */
export function billReport(title: readonly string[], bill: Bill): string {
  const order = [...parts].sort((one, other) => bill.byPart[other] - bill.byPart[one]);
  const lines = order.map((part) => {
    const usd = bill.byPart[part];
    const share = bill.total === 0 ? 0 : usd / bill.total;
    const bar = '#'.repeat(Math.round(share * barWidth));
    return `  ${part.padEnd(22)}${dollars(usd).padStart(12)}${percent(share).padStart(7)}  ${bar}`;
  });
  return [...title, '', ...lines, `  ${'total'.padEnd(22)}${dollars(bill.total).padStart(12)}`, ''].join('\n');
}

/** The dearest items of a bill. */
export function largestItems(bill: Bill, count: number): string {
  return ['The dearest items', '', ...table(bill.lines, count), ''].join('\n');
}

/** Every item that comes to a hundredth of a cent or more. */
export function everyCent(title: string, bill: Bill): string {
  const worthwhile = bill.lines.filter(({ usd }) => usd >= 0.00005);
  const rest = bill.total - worthwhile.reduce((total, { usd }) => total + usd, 0);
  return [
    title,
    '',
    ...table(worthwhile, worthwhile.length, 4),
    `  ${'less than a hundredth of a cent each'.padEnd(68)}${rest.toFixed(4).padStart(10)}`,
    `  ${'together'.padEnd(68)}${bill.total.toFixed(4).padStart(10)}`,
    '',
  ].join('\n');
}

/** Bills beside each other: one column each. */
export function comparison(title: string, columns: readonly { head: string; bill: Bill; customers?: number }[]): string {
  const cell = (text: string): string => text.padStart(13);
  const row = (name: string, text: (bill: Bill) => string): string =>
    `  ${name.padEnd(22)}${columns.map(({ bill }) => cell(text(bill))).join('')}`;
  const each = columns.map(({ bill, customers }) => cell(customers === undefined ? '' : (bill.total / customers).toFixed(2)));
  return [
    title,
    '',
    `  ${''.padEnd(22)}${columns.map(({ head }) => cell(head)).join('')}`,
    ...parts.map((part) => row(part, ({ byPart }) => dollars(byPart[part]))),
    row('total', ({ total }) => dollars(total)),
    ...(columns.some(({ customers }) => customers !== undefined) ? [`  ${'for each customer'.padEnd(22)}${each.join('')}`] : []),
    '',
  ].join('\n');
}

/** What some customers cost, one a row. */
export function perCustomer(title: string, rows: readonly { name: string; bill: Bill }[]): string {
  return [title, '', ...rows.map(({ name, bill }) => `  ${name.padEnd(68)}${bill.total.toFixed(4).padStart(10)}`), ''].join('\n');
}

/** The list of prices, with where and of when each is. */
export function priceReport(region: PricedRegion): string {
  const names = Object.keys(prices) as PriceName[];
  const lines = names.map((name) => {
    const { unit, usd, source } = prices[name];
    const { kind, stated } = priceSources[source[region]];
    const amount = String(Number(usd[region].toPrecision(6)));
    return `  ${name.padEnd(26)}${amount.padStart(14)} ${unit.padEnd(13)}${stated} ${kind}`;
  });
  const used = [...new Set(names.map((name) => prices[name].source[region]))];
  const sources = used.flatMap((name) => {
    const source: { url: string; note?: string } = priceSources[name];
    return [`  ${name}: ${source.url}`, ...(source.note === undefined ? [] : wrap(source.note, '    '))];
  });
  return [`List prices in ${region}, US dollars`, '', ...lines, '', 'Sources', '', ...sources, ''].join('\n');
}

/** How far the prices can be trusted, in a line or two. */
export function trust(region: PricedRegion): string {
  const sources = Object.values(prices).map(({ source }) => priceSources[source[region]]);
  const days = sources.map(({ stated }) => stated).sort();
  const weak = (Object.keys(prices) as PriceName[]).filter((name) => {
    const { kind } = priceSources[prices[name].source[region]];
    return kind === 'memory' || kind === 'derived';
  });
  const text = [
    `List prices, stated between ${days[0]} and ${days.at(-1)}; --prices shows each with its source.`,
    `From memory or worked out of others, so to be checked first: ${weak.join(', ')}.`,
    'Without tax, support, savings plans and volume discounts; without free allowances but for the 10,000 users of Cognito.',
    'How long functions take, how large answers are and what ECS says of a task are estimates (infra/cost/behaviour.ts).',
  ];
  return [...text.flatMap((sentence) => wrap(sentence)), ''].join('\n');
}

function table(lines: readonly Line[], count: number, digits = 2): string[] {
  return [...lines]
    .sort((one, other) => other.usd - one.usd)
    .slice(0, count)
    .map(({ part, what, price, quantity, usd }) => {
      const name = `${part}: ${what}`.slice(0, 43).padEnd(44);
      const amount = `${compact(quantity)} ${prices[price].unit}`.slice(0, 24).padEnd(24);
      return `  ${name}${amount}${usd.toFixed(digits).padStart(10)}`;
    });
}

/** Breaks a text between words. */
function wrap(text: string, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, indent + line];
}

function dollars(usd: number): string {
  return usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function compact(quantity: number): string {
  if (quantity < 1_000) return String(Number(quantity.toPrecision(3)));
  return quantity.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
}
