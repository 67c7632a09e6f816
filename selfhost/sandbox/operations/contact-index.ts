import { PseudoRandom } from '../pseudo-random.ts';
import { companies, firstNames, headCounts, jobTitles, lastNames, places, revenues } from '../seed/people.ts';
import type { Contact } from '../state/placement.ts';

/** How many people the prospect host knows. They belong to nobody, so all accounts share them. */
export const contactCount = 1200;

let index: Map<string, Contact> | undefined;

/** The contacts, made when first asked for and always the same. */
function contacts(): Map<string, Contact> {
  if (index === undefined) {
    const random = new PseudoRandom('contacts of the prospect host');
    index = new Map();
    while (index.size < contactCount) {
      const id = random.hexadecimal(24);
      const company = random.pick(companies);
      const { domain, name, industry, subIndustry } = company;
      const employment = { company: name, domain, industry, subIndustry, ...random.pick(jobTitles) };
      const size = { headCount: random.pick(headCounts), revenue: random.pick(revenues) };
      const person = { firstName: random.pick(firstNames), lastName: random.pick(lastNames), ...random.pick(places) };
      index.set(id, { id, ...person, ...employment, ...size });
    }
  }
  return index;
}

export function contactOf(id: string): Contact | undefined {
  return contacts().get(id);
}

/** Contacts that match every filter that was sent; within one filter any of its values will do. */
export function findContacts(filter: Record<string, unknown>): Contact[] {
  const tests = Object.entries(filter).flatMap(([name, values]) => {
    const wanted = Array.isArray(values) ? values.map((value) => String(value).toLowerCase()) : [];
    const column = columns[name];
    return column === undefined || wanted.length === 0 ? [] : [{ ...column, wanted }];
  });
  return [...contacts().values()].filter((contact) =>
    tests.every(({ read, exclude, wanted }) => {
      const value = read(contact).toLowerCase();
      return wanted.some((text) => value.includes(text)) !== (exclude === true);
    }),
  );
}

const columns: Readonly<Record<string, { read: (contact: Contact) => string; exclude?: boolean }>> = {
  name: { read: (contact) => `${contact.firstName} ${contact.lastName}` },
  firstName: { read: (contact) => contact.firstName },
  lastName: { read: (contact) => contact.lastName },
  title: { read: (contact) => contact.title },
  includeTitle: { read: (contact) => contact.title },
  excludeTitle: { read: (contact) => contact.title, exclude: true },
  companyName: { read: (contact) => contact.company },
  includeCompany: { read: (contact) => contact.company },
  excludeCompany: { read: (contact) => contact.company, exclude: true },
  companyDomain: { read: (contact) => contact.domain },
  includeCompanyDomain: { read: (contact) => contact.domain },
  excludeCompanyDomain: { read: (contact) => contact.domain, exclude: true },
  companyKeyword: { read: (contact) => `${contact.company} ${contact.industry} ${contact.subIndustry}` },
  companyHeadCount: { read: (contact) => contact.headCount },
  companyRevenue: { read: (contact) => contact.revenue },
  companyIndustry: { read: (contact) => contact.industry },
  companySubIndustry: { read: (contact) => contact.subIndustry },
  department: { read: (contact) => contact.department },
  level: { read: (contact) => contact.level },
  city: { read: (contact) => contact.city },
  state: { read: (contact) => contact.state },
  country: { read: (contact) => contact.country },
};
