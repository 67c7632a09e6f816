import type { Fields } from './fields.ts';
import { invalid } from './refusal.ts';
import type { Account } from './state/account.ts';
import type { Campaign } from './state/campaign.ts';
import type { Lead } from './state/lead.ts';

const maximumCustomFields = 200;

/** What became of the leads of one import, in the counts the service answers with. */
export interface ImportResult {
  uploaded: number;
  added: Lead[];
  alreadyInCampaign: number;
  duplicates: number;
  blocked: number;
  unsubscribed: string[];
  limitExhausted: boolean;
}

/** The lead with the address, created or brought up to date from the fields that were sent. */
export function upsertLead(account: Account, fields: Fields, now: number): Lead {
  const email = fields.text('email');
  let lead = account.leadByEmail(email);
  if (lead === undefined) {
    lead = {
      id: account.nextIdentifier('lead'),
      email,
      firstName: '',
      lastName: '',
      companyName: '',
      phoneNumber: '',
      website: '',
      location: '',
      linkedinProfile: '',
      companyUrl: '',
      customFields: {},
      unsubscribed: false,
      createdAt: now,
    };
    account.addLead(lead);
  }
  changeLead(lead, fields);
  return lead;
}

/** Applies the sent fields; custom fields are merged with the ones there are. Throws Refusal where there would be too many. */
export function changeLead(lead: Lead, fields: Fields): void {
  const custom = { ...lead.customFields, ...fields.object('custom_fields')?.all() };
  if (Object.keys(custom).length > maximumCustomFields)
    throw invalid(`"custom_fields" must have less than or equal to ${maximumCustomFields} keys`, 'body', ['custom_fields']);
  lead.customFields = custom;
  lead.firstName = fields.optionalText('first_name') ?? lead.firstName;
  lead.lastName = fields.optionalText('last_name') ?? lead.lastName;
  lead.companyName = fields.optionalText('company_name') ?? fields.optionalText('company') ?? lead.companyName;
  lead.phoneNumber = fields.optionalText('phone_number') ?? lead.phoneNumber;
  lead.website = fields.optionalText('website') ?? lead.website;
  lead.location = fields.optionalText('location') ?? lead.location;
  lead.linkedinProfile = fields.optionalText('linkedin_profile') ?? lead.linkedinProfile;
  lead.companyUrl = fields.optionalText('company_url') ?? lead.companyUrl;
}

/**
 * Adds leads to a campaign with the service's protections: once per campaign, not from the block list, not after they unsubscribed.
 * Every uploaded lead ends in exactly one of the counts.
 */
export function importLeads(
  account: Account,
  campaign: Campaign,
  candidates: readonly { email: string; lead: () => Lead }[],
  settings: { ignoreBlockList: boolean; ignoreUnsubscribes: boolean },
  now: number,
): ImportResult {
  const result: ImportResult = {
    uploaded: candidates.length,
    added: [],
    alreadyInCampaign: 0,
    duplicates: 0,
    blocked: 0,
    unsubscribed: [],
    limitExhausted: false,
  };
  const seen = new Set<string>();
  for (const candidate of candidates) {
    const email = candidate.email.toLowerCase();
    const known = account.leadByEmail(email);
    if (seen.has(email)) result.duplicates += 1;
    else if (known !== undefined && campaign.memberships.has(known.id)) result.alreadyInCampaign += 1;
    else if (!settings.ignoreBlockList && account.blockFor(email) !== undefined) result.blocked += 1;
    else if (!settings.ignoreUnsubscribes && known?.unsubscribed === true) result.unsubscribed.push(candidate.email);
    else if (account.membershipsFull) result.limitExhausted = true;
    else {
      const lead = candidate.lead();
      account.join(campaign, lead, now);
      result.added.push(lead);
    }
    seen.add(email);
  }
  campaign.updatedAt = now;
  return result;
}
