/** A deliverability test of the delivery host. */
export interface PlacementTest {
  id: number;
  name: string;
  kind: 'manual' | 'automated';
  status: 'active' | 'completed' | 'stopped';
  description: string;
  campaignId: number;
  sequenceMappingId: number;
  senders: string[];
  linkChecker: boolean;
  minutesBetweenEmails: number;
  timeUnit: string;
  withoutTimeGap: boolean;
  warmup: boolean;
  startTime: string | null;
  endDate: string | null;
  everyDays: number | null;
  folderId: number | null;
  createdAt: number;
  updatedAt: number;
}

export interface PlacementFolder {
  id: number;
  name: string;
  createdAt: number;
  updatedAt: number;
}

/** A person the prospect host can find. */
export interface Contact {
  id: string;
  firstName: string;
  lastName: string;
  title: string;
  company: string;
  domain: string;
  department: string;
  level: string;
  industry: string;
  subIndustry: string;
  headCount: string;
  revenue: string;
  country: string;
  state: string;
  city: string;
}

/** A contact search that was run, saved or fetched. Ids are what the reference calls filter_id. */
export interface ContactSearch {
  id: number;
  name: string;
  filter: Record<string, unknown>;
  saved: boolean;
  /** Ids of the contacts that were paid for; null until any were. */
  fetched: string[] | null;
  createdAt: number;
  updatedAt: number;
}

/** An order of domains and mailboxes at the senders host. */
export interface SenderOrder {
  id: string;
  vendorId: number;
  domains: { name: string; mailboxes: string[] }[];
  createdAt: number;
}
