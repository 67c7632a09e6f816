/** A client of an agency account. */
export interface Client {
  id: number;
  name: string;
  email: string;
  logo: string | null;
  logoUrl: string | null;
  permissions: string[];
  createdAt: number;
}

export interface ClientApiKey {
  id: number;
  clientId: number;
  name: string;
  /** Looks like one of the service's client keys. Opens nothing in the sandbox. */
  apiKey: string;
  status: 'active' | 'inactive';
  createdAt: number;
}

export interface TeamMember {
  id: number;
  name: string;
  email: string;
}

export interface Webhook {
  id: number;
  name: string;
  url: string;
  campaignId: number | null;
  clientId: number | null;
  association: 'user' | 'client' | 'campaign';
  eventTypes: string[];
  categories: string[];
  createdAt: number;
  updatedAt: number;
}
