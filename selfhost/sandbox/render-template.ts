import type { Lead } from './state/lead.ts';

/** Fills in a lead's data the way a sequence does: `{{first_name}}`, `{{company_name}}` or any custom field; unknown names become empty. */
export function renderTemplate(template: string, lead: Lead | undefined): string {
  return template.replace(/\{\{(\w{1,64})\}\}/g, (_, name: string) => {
    if (lead === undefined) return '';
    const known: Record<string, string> = {
      first_name: lead.firstName,
      last_name: lead.lastName,
      email: lead.email,
      company_name: lead.companyName,
      website: lead.website,
      location: lead.location,
      linkedin_profile: lead.linkedinProfile,
    };
    if (Object.hasOwn(known, name)) return known[name] ?? '';
    return Object.hasOwn(lead.customFields, name) ? String(lead.customFields[name]) : '';
  });
}
