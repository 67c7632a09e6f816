/** One person of the account. Campaigns refer to it by membership, lists by id. */
export interface Lead {
  id: number;
  email: string;
  firstName: string;
  lastName: string;
  companyName: string;
  phoneNumber: string;
  website: string;
  location: string;
  linkedinProfile: string;
  companyUrl: string;
  customFields: Record<string, unknown>;
  unsubscribed: boolean;
  createdAt: number;
}

export interface LeadList {
  id: number;
  name: string;
  createdAt: number;
  updatedAt: number;
  leadIds: Set<number>;
  tagIds: Set<number>;
}

export interface LeadCategory {
  id: number;
  name: string;
  sentiment: 'positive' | 'negative' | 'neutral';
  createdAt: number;
}

export interface LeadNote {
  id: number;
  mapId: number;
  leadId: number;
  message: string;
  createdAt: number;
}

export interface LeadTask {
  id: number;
  mapId: number;
  leadId: number;
  name: string;
  description: string;
  priority: string;
  dueDate: string | null;
  createdAt: number;
}

/** One tag on one lead; `id` is the mapping's, not the tag's. */
export interface LeadTagMapping {
  id: number;
  leadId: number;
  tagId: number;
}

export interface Tag {
  id: number;
  name: string;
  color: string;
}

export interface BlockListEntry {
  id: number;
  entry: string;
  source: string;
  clientId: number | null;
  createdAt: number;
}
