import { count, countOrUnknown, lengthOf } from './counting.ts';
import type { Previews } from './preview.ts';

/** What the operations will do that take something away for good. */
export const destroyingPreviews: Previews = {
  'campaigns/delete': async ({ campaign_id }, reads) => {
    const [campaign, leads] = await Promise.all([reads.campaign(campaign_id), reads.leadsOfCampaign(campaign_id)]);
    return { summary: `delete ${campaign.text} with ${countOrUnknown(leads, 'lead')} and all its statistics` };
  },

  'campaigns/delete-lead': async ({ campaign_id, lead_id }, reads) => ({
    summary: `delete ${await reads.lead(lead_id)} from campaign ${String(campaign_id)}`,
  }),

  'campaigns/delete-webhook': async ({ campaign_id, id }, reads) => ({
    summary: `delete ${await reads.webhook(id)} of campaign ${String(campaign_id)}`,
  }),

  'campaigns/unsubscribe-lead': async ({ campaign_id, lead_id }, reads) => ({
    summary: `unsubscribe ${await reads.lead(lead_id)} from campaign ${String(campaign_id)}`,
  }),

  'campaigns/update-sequences': async ({ campaign_id, sequences }, reads) => {
    const steps = await reads.stepsOfCampaign(campaign_id);
    const present = steps === undefined ? 'all present steps (count unknown)' : `the present ${count(steps, 'step')}`;
    return { summary: `replace ${present} of campaign ${String(campaign_id)} by ${count(lengthOf(sequences), 'step')}` };
  },

  'clients/delete-api-key': ({ id }) => ({ summary: `delete client API key ${String(id)}; what uses it stops working` }),
  'clients/reset-api-key': ({ id }) => ({ summary: `replace client API key ${String(id)}; what uses the old one stops working` }),

  'email-accounts/delete': async ({ email_account_id }, reads) => ({
    summary: `delete ${await reads.mailbox(email_account_id)} and take it out of its campaigns`,
  }),

  'lead-lists/delete': async ({ id }, reads) => {
    const { text, leads } = await reads.list(id);
    return { summary: `delete ${text} with ${countOrUnknown(leads, 'lead')}` };
  },

  'leads/unsubscribe': async ({ lead_id }, reads) => ({ summary: `unsubscribe ${await reads.lead(lead_id)} from all campaigns` }),

  'smart-delivery/delete-folder': ({ folderId }) => ({ summary: `delete folder ${String(folderId)} of placement tests` }),
  'smart-delivery/delete-tests-bulk': ({ spamTestIds }) => ({
    summary: `delete ${count(lengthOf(spamTestIds), 'placement test')} with their reports`,
  }),

  'utilities/remove-from-block-list': ({ id }) => ({
    summary: `take entry ${String(id)} off the block list, so that mail to it can leave`,
  }),

  'webhooks/delete': async ({ id }, reads) => ({ summary: `delete ${await reads.webhook(id)}` }),
};
