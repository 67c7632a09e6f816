import { countOf } from '../json/json-value.ts';

/** Counts of events. Events of different days and campaigns are different events, so these may be added. */
export const additiveCounts = ['sent', 'opened', 'clicked', 'replied', 'positiveReplied', 'bounced', 'unsubscribed'] as const;
/** Counts of leads. A lead may be in two periods or campaigns, so a sum of these is an upper bound. */
export const uniqueCounts = ['leadsMailed', 'leadsOpened', 'leadsClicked'] as const;

export type CountName = (typeof additiveCounts)[number] | (typeof uniqueCounts)[number];

/** Counts by name; what a source does not say is missing, which is not the same as nought. */
export type Figures = Partial<Record<CountName, number>>;

/** Where each count stands in a row of `analytics/campaign-performance`. */
const performanceFields: Partial<Record<CountName, string>> = {
  sent: 'sent',
  opened: 'opened',
  replied: 'replied',
  positiveReplied: 'positive_replied',
  bounced: 'bounced',
  leadsMailed: 'unique_lead_count',
  leadsOpened: 'unique_open_count',
};

/** Where each count stands in the answer of `campaigns/get-analytics-by-date`. */
const byDateFields: Partial<Record<CountName, string>> = {
  sent: 'sent_count',
  opened: 'open_count',
  clicked: 'click_count',
  replied: 'reply_count',
  bounced: 'bounce_count',
  unsubscribed: 'unsubscribed_count',
  leadsMailed: 'unique_sent_count',
  leadsOpened: 'unique_open_count',
  leadsClicked: 'unique_click_count',
};

export function performanceFigures(row: Readonly<Record<string, unknown>>): Figures {
  return figuresFrom(row, performanceFields);
}

export function byDateFigures(answer: Readonly<Record<string, unknown>>): Figures {
  return figuresFrom(answer, byDateFields);
}

/** Adds counts name by name. A count that only one of the two has is kept as it is. */
export function addFigures(one: Figures, other: Figures): Figures {
  const sum: Figures = { ...one };
  for (const name of [...additiveCounts, ...uniqueCounts]) {
    const more = other[name];
    if (more !== undefined) sum[name] = (sum[name] ?? 0) + more;
  }
  return sum;
}

/**
 * Rates in per cent with two decimals, made from the sums: the mean of monthly rates would weigh a month of ten mails like one of
 * ten thousand. Missing where there is nothing to divide by.
 */
export function ratesOf(figures: Figures): Record<string, number> {
  const rates: [string, number | undefined, number | undefined][] = [
    ['openRate', figures.opened, figures.sent],
    ['clickRate', figures.clicked, figures.sent],
    ['replyRate', figures.replied, figures.sent],
    ['positiveReplyRate', figures.positiveReplied, figures.replied],
    ['bounceRate', figures.bounced, figures.sent],
    ['unsubscribeRate', figures.unsubscribed, figures.sent],
  ];
  return Object.fromEntries(
    rates.flatMap(([name, part, whole]) =>
      part === undefined || whole === undefined || whole === 0 ? [] : [[name, Math.round((part / whole) * 10_000) / 100]],
    ),
  );
}

function figuresFrom(row: Readonly<Record<string, unknown>>, fields: Partial<Record<CountName, string>>): Figures {
  const figures: Figures = {};
  for (const name of [...additiveCounts, ...uniqueCounts]) {
    const field = fields[name];
    const count = field === undefined ? undefined : countOf(row[field]);
    if (count !== undefined) figures[name] = count;
  }
  return figures;
}
