import type { Operation } from '../catalogue/operation.ts';
import { toolName } from '../catalogue/tool-name.ts';
import type { VerifyingRead } from './smartlead-error.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** Id of a read; its arguments, where `$name` stands for an argument of the write; what shows that the write was done. */
type Entry = readonly [read: string, readArguments: Readonly<Record<string, unknown>>, lookFor: string];

const campaign = { campaign_id: '$campaign_id' };
const mailbox = { email_account_id: '$email_account_id' };
const sentMail = ['inbox/get-sent', {}, 'the message, among the newest'] as const;

/** For each write, the read that shows whether it was done. A test keeps the table complete and its reads real. */
const entries: Readonly<Record<string, Entry>> = {
  'campaigns/create': ['campaigns/get-all', {}, 'a campaign of this name, created just now'],
  'campaigns/update-status': ['campaigns/get-by-id', campaign, 'the status'],
  'campaigns/update-settings': ['campaigns/get-by-id', campaign, 'the new settings'],
  'campaigns/update-schedule': ['campaigns/get-by-id', campaign, 'the new schedule in scheduler_cron_value'],
  'campaigns/duplicate': ['campaigns/get-all', {}, 'a copy of the campaign, created just now'],
  'campaigns/delete': ['campaigns/get-by-id', campaign, 'the campaign: not found means that it was deleted'],
  'campaigns/update-sequences': ['campaigns/get-sequences', campaign, 'the new steps'],
  'campaigns/add-email-accounts': ['campaigns/get-email-accounts', campaign, 'the mailboxes that were added'],
  'campaigns/remove-email-accounts': ['campaigns/get-email-accounts', campaign, 'the mailboxes: those removed are missing'],
  'campaigns/create-subsequence': ['campaigns/get-all', {}, 'a subsequence with this parent_campaign_id, created just now'],
  'inbox/forward': sentMail,
  'campaigns/reply-email-thread': sentMail,
  'campaigns/send-test-email': ['inbox/get-sent', {}, 'the test message; else look into the mailbox it was sent to'],
  'campaigns/update-team-member': ['campaigns/get-by-id', campaign, 'the team member'],
  'campaigns/add-leads': ['campaigns/get-leads', campaign, 'total_leads, and the addresses of the added leads'],
  'campaigns/update-lead': ['campaigns/get-lead-by-id', { lead_id: '$lead_id' }, 'the new values'],
  'campaigns/update-lead-category': ['campaigns/get-leads', campaign, 'the lead_category_id of the lead'],
  'campaigns/update-lead-email-account': [
    'campaigns/get-leads',
    { campaign_id: '$email_campaign_id' },
    'the mailbox assigned to the lead',
  ],
  'campaigns/pause-lead': ['campaigns/get-leads', { ...campaign, status: 'PAUSED' }, 'the lead among those paused'],
  'campaigns/resume-lead': ['campaigns/get-leads', { ...campaign, status: 'INPROGRESS' }, 'the lead among those in progress'],
  'campaigns/mark-lead-complete': ['campaigns/get-leads', { ...campaign, status: 'COMPLETED' }, 'the lead among those completed'],
  'campaigns/unsubscribe-lead': ['campaigns/get-lead-by-id', { lead_id: '$lead_id' }, 'unsubscribed_client_id_map of the lead'],
  'campaigns/delete-lead': ['campaigns/get-leads', campaign, 'the lead: missing means that it was deleted'],
  'campaigns/save-webhooks': ['campaigns/get-webhooks', campaign, 'a webhook with this name and address'],
  'campaigns/delete-webhook': ['campaigns/get-webhooks', campaign, 'the webhook: missing means that it was deleted'],
  'campaigns/retrigger-webhooks': [
    'campaigns/get-webhook-summary',
    { ...campaign, fromTime: '$fromTime', toTime: '$toTime' },
    'fewer failed events than before',
  ],
  'leads/unsubscribe': ['campaigns/get-lead-by-id', { lead_id: '$lead_id' }, 'is_unsubscribed'],
  'lead-notes/create': ['lead-notes/get-all', { id: '$email_lead_map_id' }, 'the note'],
  'lead-tasks/create': ['lead-tasks/get-all', { id: '$email_lead_map_id' }, 'the task'],
  'email-account-tags/update': ['email-accounts/get-all', {}, 'the name and colour of the tag at a mailbox that has it'],
  'email-account-tags/create-new': ['email-accounts/get-all', {}, 'the tag, once a mailbox has it; else in Smartlead’s settings'],
  'email-account-tags/assign': [
    'email-accounts/get-by-id',
    { email_account_id: '$email_account_ids.0', fetch_tags: true },
    'the tags of the mailbox',
  ],
  'email-account-tags/remove': [
    'email-accounts/get-by-id',
    { email_account_id: '$email_account_ids.0', fetch_tags: true },
    'the tags of the mailbox: those removed are missing',
  ],
  'lead-tags/add-to-lead': ['lead-tags/get-all', { leadId: '$leadId' }, 'the tags of the lead'],
  'lead-tags/remove-from-lead': ['lead-tags/get-all', {}, 'the tag mapping: missing means that it was removed'],
  'lead-lists/create': ['lead-lists/get-all', { listName: '$listName' }, 'a list of this name, created just now'],
  'lead-lists/update': ['lead-lists/get-by-id', { id: '$id' }, 'the new name'],
  'lead-lists/delete': ['lead-lists/get-by-id', { id: '$id' }, 'the list: not found means that it was deleted'],
  'lead-lists/import-leads': ['lead-lists/get-by-id', { id: '$id' }, 'the number of leads'],
  'lead-lists/push-between-lists': ['lead-lists/get-by-id', { id: '$toListId' }, 'the number of leads'],
  'lead-lists/push-to-campaign': ['campaigns/get-all', {}, 'the campaign; then its leads with campaigns_get_leads'],
  'lead-lists/assign-tags': ['lead-lists/get-by-id', { id: '$listIds.0' }, 'the tags of the list'],
  'email-accounts/add-smtp': ['email-accounts/get-all', { username: '$from_email' }, 'the mailbox'],
  'email-accounts/add-oauth': ['email-accounts/get-all', { username: '$from_email' }, 'the mailbox'],
  'email-accounts/update': ['email-accounts/get-by-id', mailbox, 'the new settings'],
  'email-accounts/delete': ['email-accounts/get-by-id', mailbox, 'the mailbox: not found means that it was deleted'],
  'email-accounts/warmup-settings': ['email-accounts/get-by-id', mailbox, 'the warm-up settings'],
  'email-accounts/suspend': ['email-accounts/get-by-id', mailbox, 'is_suspended'],
  'email-accounts/unsuspend': ['email-accounts/get-by-id', mailbox, 'is_suspended'],
  'inbox/mark-read': ['inbox/get-unread', {}, 'the thread: missing means that it is marked as read'],
  'inbox/update-category': ['inbox/get-by-id', { id: '$email_lead_map_id' }, 'the category'],
  'inbox/update-revenue': ['inbox/get-by-id', { id: '$email_lead_map_id' }, 'the revenue'],
  'inbox/update-team-member': ['inbox/get-by-id', { id: '$email_lead_map_id' }, 'the team member'],
  'inbox/block-domains': ['utilities/get-block-list', { filter_email_or_domain: '$domains.0' }, 'the domain'],
  'inbox/resume-lead': ['campaigns/get-leads', { ...campaign, status: 'INPROGRESS' }, 'the lead among those in progress'],
  'inbox/set-reminder': ['inbox/get-reminders', {}, 'the reminder'],
  'inbox/push-to-subsequence': ['campaigns/get-leads', { campaign_id: '$sub_sequence_id' }, 'the lead'],
  'smart-delivery/create-manual-test': ['smart-delivery/list-tests', { testType: 'manual' }, 'a test of this name'],
  'smart-delivery/create-automated-test': ['smart-delivery/list-tests', { testType: 'auto' }, 'a test of this name'],
  'smart-delivery/delete-tests-bulk': [
    'smart-delivery/test-details',
    { spamTestId: '$spamTestIds.0' },
    'the test: not found means that it was deleted',
  ],
  'smart-delivery/stop-automated-test': ['smart-delivery/test-details', { spamTestId: '$spamTestId' }, 'the status'],
  'smart-delivery/create-folder': ['smart-delivery/get-folders', { name: '$folderName' }, 'the folder'],
  'smart-delivery/delete-folder': [
    'smart-delivery/get-folder-by-id',
    { folderId: '$folderId' },
    'the folder: not found means that it was deleted',
  ],
  'smart-senders/place-order': ['smart-senders/domain-list', {}, 'the ordered domains'],
  'webhooks/create': [
    'campaigns/get-all',
    {},
    'a campaign the webhook is for; then the webhook with campaigns_get_webhooks, as Smartlead lists webhooks by campaign only',
  ],
  'webhooks/update': ['webhooks/get', { webhook_id: '$webhook_id' }, 'the new values'],
  'webhooks/delete': ['webhooks/get', { webhook_id: '$id' }, 'the webhook: not found means that it was deleted'],
  'utilities/send-single-email': sentMail,
  'utilities/add-to-block-list': ['utilities/get-block-list', { filter_email_or_domain: '$domain_block_list.0' }, 'the entry'],
  'utilities/remove-from-block-list': ['utilities/get-block-list', {}, 'the entry: missing means that it was removed'],
  'clients/save': ['clients/get-all', {}, 'a client with this address and name'],
  'clients/create-api-key': ['clients/list-api-keys', { clientId: '$clientId', keyName: '$keyName' }, 'a key of this name'],
  'clients/delete-api-key': ['clients/list-api-keys', {}, 'the key: missing means that it was deleted'],
  'clients/reset-api-key': ['clients/list-api-keys', {}, 'other last characters of the key'],
  'smart-prospect/fetch-contacts': ['smart-prospect/get-contacts', { filter_id: '$filter_id' }, 'the fetched contacts'],
  'smart-prospect/find-emails': ['smart-prospect/search-analytics', {}, 'fewer availableCredits than before'],
  'smart-prospect/review-contacts': ['smart-prospect/get-contacts', { filter_id: '$filter_id' }, 'the contacts as reviewed'],
  'smart-prospect/save-search': ['smart-prospect/saved-searches', {}, 'the search, among the newest'],
  'smart-prospect/update-saved-search': ['smart-prospect/saved-searches', {}, 'the new name of the search'],
  'smart-prospect/update-fetched-lead': ['smart-prospect/fetched-searches', {}, 'the new name of the search'],
};

/**
 * The read that shows whether a write was done.
 * @param callArguments Arguments of the write.
 * @returns undefined for an operation that is no write.
 */
export function verifyingRead(operation: Operation, callArguments: Arguments): VerifyingRead | undefined {
  const entry = entries[operation.id];
  if (entry === undefined) return undefined;
  const [read, readArguments, lookFor] = entry;
  const filled = Object.entries(readArguments).map(([name, value]) => [name, fill(value, callArguments)] as const);
  return {
    tool: toolName(read),
    arguments: Object.fromEntries(filled.filter(([, value]) => value !== undefined)),
    lookFor,
  };
}

/** `$name` is the argument of this name, `$name.0` its first element. */
function fill(value: unknown, callArguments: Arguments): unknown {
  if (typeof value !== 'string' || !value.startsWith('$')) return value;
  const [name = '', index] = value.slice(1).split('.');
  const found = callArguments[name];
  if (index === undefined) return found;
  return Array.isArray(found) ? found[Number(index)] : undefined;
}
