import type { ToolDescriptions } from './tool-descriptions.ts';

export const prospecting: ToolDescriptions = {
  'smart-prospect/search-contacts':
    'Search the contact database by title, company, industry, size and place. Shows no e-mail addresses and spends no credits. Take the exact values for filters from the lookup tools of this set.',
  'smart-prospect/get-contacts': 'Contacts fetched before, with their e-mail addresses; by contact ids or by search.',
  'smart-prospect/saved-searches': 'Contact searches saved by name.',
  'smart-prospect/fetched-searches': 'Searches whose contacts were fetched.',
  'smart-prospect/recent-searches': 'Latest contact searches.',
  'smart-prospect/search-analytics': 'Contacts found and addresses fetched, and the credits and fetch limits that are left.',
  'smart-prospect/reply-analytics': 'Replies from prospected contacts, this month against the last.',
  'smart-prospect/cities': 'City names for contact searches.',
  'smart-prospect/states': 'State names for contact searches.',
  'smart-prospect/countries': 'Country names for contact searches.',
  'smart-prospect/company': 'Company names for contact searches.',
  'smart-prospect/domain': 'Company domains for contact searches.',
  'smart-prospect/industries': 'Industries for contact searches, on request with their sub-industries.',
  'smart-prospect/sub-industries': 'Sub-industries for contact searches.',
  'smart-prospect/departments': 'Departments for contact searches.',
  'smart-prospect/levels': 'Seniority levels for contact searches.',
  'smart-prospect/job-title': 'Job titles for contact searches.',
  'smart-prospect/head-counts': 'Company sizes for contact searches.',
  'smart-prospect/revenue': 'Company revenue ranges for contact searches.',
  'smart-prospect/keywords': 'Company keywords for contact searches.',
};
