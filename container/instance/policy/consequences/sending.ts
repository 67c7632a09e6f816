import type { CallArguments } from '../../catalogue/call-arguments.ts';
import type { Consequence } from '../consequence.ts';
import { addressesIn, count, countOrUnknown, lengthOf } from './counting.ts';
import type { Previews } from './preview.ts';
import type { PreviewReads } from './preview-reads.ts';
import { quotedText } from './quoted-text.ts';

/** What the operations will do that send mail, at once or by the schedule. */
export const sendingPreviews: Previews = {
  'campaigns/add-leads': async ({ campaign_id, lead_list, lead_list_ids }, reads) => {
    const listed = Array.isArray(lead_list_ids) ? await reads.leadsOfLists(lead_list_ids) : 0;
    const leads = listed === undefined ? undefined : lengthOf(lead_list) + listed;
    return forRecipients(`add ${countOrUnknown(leads, 'lead')} to campaign ${String(campaign_id)}`, leads);
  },

  'campaigns/reply-email-thread': ({ campaign_id, to_email, cc, bcc }) => {
    const recipients = Math.max(1, addressesIn(to_email)) + addressesIn(cc) + addressesIn(bcc);
    return forRecipients(`send a reply to ${count(recipients, 'recipient')} in campaign ${String(campaign_id)}`, recipients);
  },

  'campaigns/resume-lead': async ({ campaign_id, lead_id }, reads) =>
    forRecipients(`resume sending to ${await reads.lead(lead_id)} in campaign ${String(campaign_id)}`, 1),

  'campaigns/send-test-email': ({ campaign_id, sequenceNumber, customEmailAddress }) => {
    const to = typeof customEmailAddress === 'string' ? customEmailAddress : 'the sending mailbox';
    return forRecipients(`send step ${String(sequenceNumber)} of campaign ${String(campaign_id)} as a test to ${to}`, 1);
  },

  'inbox/forward': ({ campaign_id, to_emails }) => {
    const recipients = addressesIn(to_emails);
    return forRecipients(`forward a message of campaign ${String(campaign_id)} to ${count(recipients, 'recipient')}`, recipients);
  },

  'inbox/push-to-subsequence': ({ email_lead_map_id, sub_sequence_id }) =>
    forRecipients(`move lead map ${String(email_lead_map_id)} into subsequence ${String(sub_sequence_id)}`, 1),

  'inbox/resume-lead': ({ campaign_id, email_lead_map_id }) =>
    forRecipients(`resume sending to lead map ${String(email_lead_map_id)} in campaign ${String(campaign_id)}`, 1),

  'lead-lists/push-to-campaign': pushToCampaign,

  'email-accounts/add-smtp': connectMailbox,
  'email-accounts/add-oauth': connectMailbox,

  'email-accounts/update': async (callArguments, reads) => {
    const fields = Object.keys(callArguments).filter((name) => name !== 'email_account_id');
    const mailbox = await reads.mailbox(callArguments.email_account_id);
    return { summary: `change ${fields.length === 0 ? 'nothing' : fields.join(', ')} of ${mailbox}, which sends mail` };
  },

  'email-accounts/warmup-settings': async ({ email_account_id, warmup_enabled, total_warmup_per_day }, reads) => {
    const mailbox = await reads.mailbox(email_account_id);
    if (warmup_enabled === false) return { summary: `turn off the warm-up of ${mailbox}` };
    const daily = total_warmup_per_day === undefined ? '' : ` with up to ${count(Number(total_warmup_per_day), 'message')} a day`;
    return { summary: `turn on the warm-up of ${mailbox}${daily}` };
  },

  'email-accounts/unsuspend': async ({ email_account_id }, reads) => ({
    summary: `let ${await reads.mailbox(email_account_id)} send again`,
  }),

  'smart-delivery/create-manual-test': (callArguments) => ({ summary: placementTest(callArguments) }),

  'smart-delivery/create-automated-test': (callArguments) => {
    const { every_days, test_end_date } = callArguments;
    return {
      summary: `${placementTest(callArguments)}, every ${count(Number(every_days), 'day')} until ${String(test_end_date)}`,
    };
  },

  'utilities/send-single-email': ({ to }) => {
    const recipients = Math.max(1, addressesIn(to));
    return forRecipients(
      recipients === 1 ? `send a message to ${String(to)}` : `send a message to ${recipients} recipients`,
      recipients,
    );
  },
};

async function pushToCampaign(callArguments: CallArguments, reads: PreviewReads): Promise<Consequence> {
  const { action, campaignId, campaignName, leadList } = callArguments;
  const chosen = (typeof leadList === 'object' && leadList !== null ? leadList : {}) as CallArguments;
  const campaign = campaignId === undefined ? `campaign ${quotedText(String(campaignName))}` : `campaign ${String(campaignId)}`;
  const [which, leads] = await chosenLeads(chosen, reads);
  return forRecipients(`${String(action)} ${which} to ${campaign}`, leads);
}

async function chosenLeads(chosen: CallArguments, reads: PreviewReads): Promise<[which: string, leads: number | undefined]> {
  if (Array.isArray(chosen.leadIds)) return [count(chosen.leadIds.length, 'lead'), chosen.leadIds.length];
  if (chosen.listId !== undefined) {
    const { text, leads } = await reads.list(chosen.listId);
    return [`${countOrUnknown(leads, 'lead')} of ${text}`, leads];
  }
  return [chosen.allLeads === true ? 'all leads of the account' : 'an unknown number of leads', undefined];
}

function connectMailbox({ from_email, warmup_enabled }: CallArguments): Consequence {
  const warmUp = warmup_enabled === true ? ' and start its warm-up' : '';
  return { summary: `connect mailbox ${String(from_email)} as a sender${warmUp}` };
}

function placementTest({ campaign_id, sender_accounts, provider_ids }: CallArguments): string {
  const from = count(lengthOf(sender_accounts), 'mailbox', 'mailboxes');
  return `send placement-test mail of campaign ${String(campaign_id)} from ${from} to ${count(lengthOf(provider_ids), 'provider')}`;
}

function forRecipients(summary: string, recipients: number | undefined): Consequence {
  return recipients === undefined ? { summary } : { summary, recipients };
}
