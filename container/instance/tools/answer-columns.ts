/** Rows of the inbox's lists. */
const conversation =
  'email_lead_map_id# email_lead_id# lead_email lead_category_id# last_reply_time has_new_unread_email? email_campaign_id#';
const leadList = 'id# list_name leads_count#';
/** What a write answers that has nothing to tell. */
const done = 'ok?';

/**
 * What answers are known to hold, by operation, where that was seen at the live API or in Smartlead's own client: the columns of their
 * rows, or the fields of the one thing they are about. A name alone is text, `#` a number, `?` a flag, `[]` a list, `{}` an object.
 * Only what one chooses by: an answer has more. Nothing where rows are known to come, but were never seen. Source: response_actual of
 * the catalogue.
 */
export const rowColumns: Readonly<Record<string, string>> = {
  'analytics/campaign-performance': 'id# campaign_name sent# opened# replied# bounced# reply_rate positive_replied#',
  'analytics/day-wise-stats': 'date sent# opened# replied# bounced#',
  'analytics/email-wise-health': 'email_account sent# opened# replied# bounced#',
  'campaign-statistics/mailbox-statistics': 'email_account_id# from_email sent_count# open_count# reply_count# bounce_count#',
  'campaign-statistics/lead-statistics': '',
  'campaigns/all-leads-activities': '',
  'campaigns/get-all': 'id# name status created_at client_id# parent_campaign_id#',
  'campaigns/get-email-accounts': 'id# from_email is_smtp_success? is_imap_success? message_per_day# daily_sent_count#',
  'campaigns/get-lead-history': '',
  'campaigns/get-leads': 'campaign_lead_map_id# lead_category_id# status lead{}',
  'campaigns/get-sequences': 'id# seq_number# seq_delay_details{} subject email_body seq_variants[]',
  'campaigns/get-webhook-summary': '',
  'campaigns/get-webhooks': 'id# name webhook_url event_types[] categories[]',
  'campaigns/statistics': '',
  'clients/get-all': 'id# name email permission[]',
  'clients/list-api-keys': 'id# client_id# key_name status created_at',
  'email-accounts/get-all': 'id# from_name from_email type is_smtp_success? is_imap_success? message_per_day# warmup_details{}',
  'inbox/get-archived': conversation,
  'inbox/get-important': conversation,
  'inbox/get-messages': conversation,
  'inbox/get-reminders': conversation,
  'inbox/get-scheduled': conversation,
  'inbox/get-snoozed': conversation,
  'inbox/get-unread': conversation,
  'inbox/get-untracked': '',
  'lead-lists/get-all': leadList,
  'leads/categories': 'id# name sentiment_type',
};

/** Fields of answers that are about one thing. */
export const objectFields: Readonly<Record<string, string>> = {
  'campaigns/add-leads': 'upload_count# total_leads# duplicate_count# invalid_email_count# block_count# bounce_count#',
  'campaigns/create': 'id# name',
  'campaigns/delete': done,
  'campaigns/delete-lead': 'result',
  'campaigns/delete-webhook': done,
  'campaigns/duplicate': 'ok? newCampaignId#',
  'campaigns/export-leads': 'text',
  'campaigns/get-analytics': 'sent_count# open_count# click_count# reply_count# bounce_count# campaign_lead_stats{}',
  'campaigns/get-analytics-by-date': 'sent_count# open_count# click_count# reply_count# bounce_count#',
  'campaigns/get-by-id': 'id# name status max_leads_per_day# track_settings[] stop_lead_settings client_id#',
  'campaigns/get-lead-by-id': 'id# first_name last_name email company_name custom_fields{}',
  'campaigns/get-top-level-analytics': 'total_count# sent_count# reply_count# bounce_count#',
  'campaigns/mark-lead-complete': 'ok? status{}',
  'campaigns/pause-lead': done,
  'campaigns/resume-lead': done,
  'campaigns/save-webhooks': 'id# name webhook_url event_type_map{} category_id_map{}',
  'campaigns/unsubscribe-lead': done,
  'campaigns/update-lead': done,
  'campaigns/update-lead-category': done,
  'campaigns/update-schedule': done,
  'campaigns/update-sequences': 'sequences[]',
  'campaigns/update-settings': done,
  'campaigns/update-status': done,
  'lead-lists/create': leadList,
  'lead-lists/delete': done,
  'lead-lists/get-by-id': leadList,
  'lead-lists/update': leadList,
  'leads/get-by-email': 'id# first_name last_name email lead_campaign_data[]',
  'leads/unsubscribe': done,
};
