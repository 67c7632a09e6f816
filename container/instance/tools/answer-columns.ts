/**
 * What answers are known to hold, by operation, where that was seen at the live API or in Smartlead's own client: the columns of their
 * rows, or the fields of the one thing they are about. A name alone is text, `#` a number, `?` a flag, `[]` a list, `{}` an object.
 * Only what one chooses by: an answer has more. Source: response_actual of the catalogue.
 */
export const rowColumns: Readonly<Record<string, string>> = {
  'analytics/campaign-performance': 'id# campaign_name sent# opened# replied# bounced# reply_rate positive_replied#',
  'analytics/day-wise-stats': 'date sent# opened# replied# bounced#',
  'analytics/email-wise-health': 'email_account sent# opened# replied# bounced#',
  'campaign-statistics/mailbox-statistics': 'email_account_id# from_email sent_count# open_count# reply_count# bounce_count#',
  'campaigns/get-all': 'id# name status created_at client_id# parent_campaign_id#',
  'campaigns/get-email-accounts': 'id# from_email is_smtp_success? is_imap_success? message_per_day# daily_sent_count#',
  'campaigns/get-leads': 'campaign_lead_map_id# lead_category_id# status lead{}',
  'campaigns/get-sequences': 'id# seq_number# seq_delay_details{} subject email_body seq_variants[]',
  'clients/get-all': 'id# name email permission[]',
  'email-accounts/get-all': 'id# from_name from_email type is_smtp_success? is_imap_success? message_per_day# warmup_details{}',
  'inbox/get-messages':
    'email_lead_map_id# email_lead_id# lead_email lead_category_id# last_reply_time has_new_unread_email? email_campaign_id#',
  'lead-lists/get-all': 'id# list_name leads_count#',
  'leads/categories': 'id# name sentiment_type',
};

/** Fields of answers that are about one thing. */
export const objectFields: Readonly<Record<string, string>> = {
  'campaigns/add-leads': 'upload_count# total_leads# duplicate_count# invalid_email_count# block_count# bounce_count#',
  'campaigns/create': 'id# name',
  'campaigns/get-analytics': 'sent_count# open_count# click_count# reply_count# bounce_count# campaign_lead_stats{}',
  'campaigns/get-analytics-by-date': 'sent_count# open_count# click_count# reply_count# bounce_count#',
  'campaigns/get-by-id': 'id# name status max_leads_per_day# track_settings[] stop_lead_settings client_id#',
  'campaigns/get-lead-by-id': 'id# first_name last_name email company_name custom_fields{}',
  'leads/get-by-email': 'id# first_name last_name email lead_campaign_data[]',
};
