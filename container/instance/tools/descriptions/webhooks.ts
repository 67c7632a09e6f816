import type { ToolDescriptions } from './description-texts.ts';

export const webhooks: ToolDescriptions = {
  'campaigns/get-webhooks': 'Webhooks of a campaign.',
  'campaigns/get-webhook-summary': 'Webhook deliveries of a campaign by event and outcome.',
  'campaigns/save-webhooks': 'Create a campaign webhook, or change one (id). categories: names of reply categories.',
  'campaigns/delete-webhook': 'Delete a webhook of a campaign.',
  'campaigns/retrigger-webhooks': 'Deliver failed webhook events of a time range again.',
  'webhooks/create':
    'Webhook for the account (it replaces client and campaign ones), a client (client_id) or a campaign (email_campaign_id).',
  'webhooks/get': 'One webhook.',
  'webhooks/update': 'Change a webhook.',
  'webhooks/delete': 'Delete a webhook.',
};
