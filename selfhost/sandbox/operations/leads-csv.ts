import type { Account } from '../state/account.ts';
import type { Membership } from '../state/campaign.ts';
import type { Lead } from '../state/lead.ts';

/** Columns of a campaign's export, in the order observed. */
const columns = [
  'id',
  'campaign_lead_map_id',
  'status',
  'category',
  'is_interested',
  'created_at',
  'first_name',
  'last_name',
  'email',
  'phone_number',
  'company_name',
  'website',
  'location',
  'custom_fields',
  'linkedin_profile',
  'company_url',
  'is_unsubscribed',
  'unsubscribed_client_id_map',
  'last_email_sequence_sent',
  'open_count',
  'click_count',
  'reply_count',
] as const;

/** A campaign's leads as RFC 4180 text with a header; quoted fields may hold line breaks. */
export function leadsCsv(account: Account, rows: readonly { lead: Lead; membership: Membership }[]): string {
  const lines = [columns.join(',')];
  for (const { lead, membership } of rows) {
    const category = membership.categoryId === null ? undefined : account.categories.get(membership.categoryId);
    const count = (happened: (message: Membership['messages'][number]) => boolean) => membership.messages.filter(happened).length;
    const values: Record<(typeof columns)[number], string | number | boolean> = {
      id: lead.id,
      campaign_lead_map_id: membership.mapId,
      status: membership.status,
      category: category?.name ?? '',
      is_interested: category?.name === 'Interested',
      created_at: new Date(membership.createdAt).toISOString(),
      first_name: lead.firstName,
      last_name: lead.lastName,
      email: lead.email,
      phone_number: lead.phoneNumber,
      company_name: lead.companyName,
      website: lead.website,
      location: lead.location,
      custom_fields: JSON.stringify(lead.customFields),
      linkedin_profile: lead.linkedinProfile,
      company_url: lead.companyUrl,
      is_unsubscribed: lead.unsubscribed || membership.unsubscribed,
      unsubscribed_client_id_map: '',
      last_email_sequence_sent: membership.messages.at(-1)?.sequenceNumber ?? '',
      open_count: count((message) => message.openedAt !== null),
      click_count: count((message) => message.clickedAt !== null),
      reply_count: count((message) => message.repliedAt !== null),
    };
    lines.push(columns.map((column) => quote(String(values[column]))).join(','));
  }
  return `${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
