import type { ToolDescriptions } from './tool-descriptions.ts';

export const webhooks: ToolDescriptions = {
  'campaigns/get-webhooks': 'Webhooks of a campaign: URL, events and categories. There is no list over all campaigns.',
  'campaigns/get-webhook-summary': 'Webhook deliveries of a campaign in a time range, by event and outcome.',
  'webhooks/get': 'One webhook by id.',
};
