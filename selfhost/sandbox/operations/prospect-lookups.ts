import type { Fields } from '../fields.ts';
import { type OperationHandler, type OperationHandlers, pageOf } from '../operation-handler.ts';
import { companies, headCounts, jobTitles, places, revenues } from '../seed/people.ts';
import { envelope } from './prospect-contacts.ts';

const industries = [...new Set(companies.map((company) => company.industry))];
const subIndustries = companies.map((company) => ({
  name: company.subIndustry,
  industryId: industries.indexOf(company.industry) + 1,
}));

/** Values that the filters of the contact search take. */
export const prospectLookupOperations: OperationHandlers = {
  'smart-prospect/cities': lookup('city_name', (query) =>
    unique(
      places
        .filter((place) => among(query, 'state', place.state) && among(query, 'country', place.country))
        .map((place) => place.city),
    ),
  ),
  'smart-prospect/states': lookup('state_name', (query) =>
    unique(places.filter((place) => among(query, 'country', place.country)).map((place) => place.state)),
  ),
  'smart-prospect/countries': lookup('country_name', () => unique(places.map((place) => place.country))),
  'smart-prospect/departments': lookup('department_name', () => unique(jobTitles.map((job) => job.department))),
  'smart-prospect/levels': lookup('level_name', () => unique(jobTitles.map((job) => job.level))),
  'smart-prospect/head-counts': lookup('head_count', () => headCounts),

  'smart-prospect/industries': ({ query }) => {
    const rows = industries.map((name, index) => ({
      id: index + 1,
      industry_name: name,
      ...(query.flag('withSubIndustry')
        ? {
            sub_industry_list: subIndustries
              .filter((sub) => sub.industryId === index + 1)
              .map((sub) => ({ sub_industry_name: sub.name })),
          }
        : {}),
    }));
    return paged(
      rows.filter((row) => startsWith(query, row.industry_name)),
      query,
    );
  },

  'smart-prospect/sub-industries': ({ query }) => {
    const industryId = query.optionalNumber('industry_id');
    const rows = subIndustries.map((sub, index) => ({ id: index + 1, sub_industry_name: sub.name, industry_id: sub.industryId }));
    const matching = rows.filter(
      (row) => startsWith(query, row.sub_industry_name) && (industryId === undefined || row.industry_id === industryId),
    );
    return { ...paged(matching, query), industry_id: industryId ?? null };
  },

  'smart-prospect/company': plainLookup(
    'company_name',
    companies.map((company) => company.name),
  ),
  'smart-prospect/domain': plainLookup(
    'domain_name',
    companies.map((company) => company.domain),
  ),
  'smart-prospect/job-title': plainLookup(
    'job_title',
    jobTitles.map((job) => job.title),
  ),
  'smart-prospect/keywords': plainLookup('keyword', ['logistics', 'marketing', 'robotics', 'sales', 'solar']),

  'smart-prospect/revenue': () =>
    envelope(
      'Data retrieved successfully',
      revenues.map((revenue, index) => ({ id: index + 1, revenue })),
    ),
};

function lookup(column: string, values: (query: Fields) => readonly string[]): OperationHandler {
  return ({ query }) => {
    const rows = values(query).map((value, index) => ({ id: index + 1, [column]: value }));
    return paged(
      rows.filter((row) => startsWith(query, String(row[column]))),
      query,
    );
  };
}

/** A lookup without ids and without paging figures in its answer. */
function plainLookup(column: string, values: readonly string[]): OperationHandler {
  return ({ query }) => {
    const search = query.optionalText('search')?.toLowerCase();
    const matching = values.filter((value) => search === undefined || value.toLowerCase().includes(search));
    return envelope(
      'Data retrieved successfully',
      pageOf(matching, query).items.map((value) => ({ [column]: value })),
    );
  };
}

function paged(rows: readonly unknown[], query: Fields) {
  const { items, limit, offset } = pageOf(rows, query, 10);
  const pagination = { limit, offset, page: Math.floor(offset / limit) + 1, count: items.length };
  return { ...envelope('Data retrieved successfully', items), pagination, search: query.optionalText('search') ?? null };
}

function startsWith(query: Fields, value: string): boolean {
  return value.toLowerCase().startsWith(query.optionalText('search')?.toLowerCase() ?? '');
}

/** Whether a comma-separated filter names the value, or is absent. */
function among(query: Fields, name: string, value: string): boolean {
  const names = query
    .optionalText(name)
    ?.split(',')
    .map((part) => part.trim().toLowerCase());
  return names === undefined || names.includes(value.toLowerCase());
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
