import type { Operation } from './catalogue.ts';
import type { Fields } from './fields.ts';
import { campaignNotFound, leadMapNotFound, leadNotFound, leadNotInCampaign, mailboxNotFound } from './refusal.ts';
import type { Account } from './state/account.ts';
import type { Campaign, Membership } from './state/campaign.ts';
import type { Lead } from './state/lead.ts';
import type { Mailbox } from './state/mailbox.ts';

/** A valid request to one operation. `now` is the clock's time in milliseconds. */
export interface Call {
  operation: Operation;
  account: Account;
  now: number;
  path: Fields;
  query: Fields;
  body: Fields;
}

/** Answers the value to send as JSON with status 200, or a {@link TextAnswer}. Throws Refusal for any other status. */
export type OperationHandler = (call: Call) => unknown;

export type OperationHandlers = Readonly<Record<string, OperationHandler>>;

/** An answer that is not JSON. */
export class TextAnswer {
  readonly contentType: string;
  readonly text: string;

  constructor(contentType: string, text: string) {
    this.contentType = contentType;
    this.text = text;
  }
}

/** The campaign a path names. Throws Refusal. */
export function campaignOf(call: Call): Campaign {
  const campaign = call.account.campaigns.get(call.path.number('campaign_id'));
  if (campaign === undefined) throw campaignNotFound();
  return campaign;
}

/** The lead a path names, whatever its campaigns. Throws Refusal. */
export function leadOf(call: Call): Lead {
  const lead = call.account.leads.get(call.path.number('lead_id'));
  if (lead === undefined) throw leadNotFound();
  return lead;
}

/** The lead in the campaign a path names. Throws Refusal. */
export function membershipOf(call: Call): { campaign: Campaign; lead: Lead; membership: Membership } {
  const campaign = campaignOf(call);
  const lead = leadOf(call);
  const membership = campaign.memberships.get(lead.id);
  if (membership === undefined) throw leadNotInCampaign();
  return { campaign, lead, membership };
}

/** The lead in a campaign that a body's email_lead_map_id names. Throws Refusal. */
export function mappedMembership(call: Call): Membership {
  const membership = call.account.membership(call.body.number('email_lead_map_id'));
  if (membership === undefined) throw leadMapNotFound();
  return membership;
}

/** The mailbox a path names. Throws Refusal. */
export function mailboxOf(call: Call): Mailbox {
  const id = call.path.number('email_account_id');
  const mailbox = call.account.mailboxes.get(id);
  if (mailbox === undefined) throw mailboxNotFound(id);
  return mailbox;
}

/** The part of a list that limit and offset ask for. */
export function pageOf<Item>(
  items: readonly Item[],
  fields: Fields,
  defaultLimit = 100,
): { items: Item[]; limit: number; offset: number } {
  const limit = fields.optionalNumber('limit') ?? defaultLimit;
  const offset = fields.optionalNumber('offset') ?? 0;
  return { items: items.slice(offset, offset + limit), limit, offset };
}
