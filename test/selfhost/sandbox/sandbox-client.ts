import type { HostName } from '../../../selfhost/sandbox/catalogue.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../selfhost/sandbox/main.ts';

/** A clock that moves only when told to, or by a fixed step at every reading. */
export class ManualClock {
  #time: number;
  readonly #step: number;

  constructor(start = '2026-03-18T10:30:00.000Z', stepMs = 0) {
    this.#time = Date.parse(start);
    this.#step = stepMs;
  }

  now(): Date {
    this.#time += this.#step;
    return new Date(this.#time);
  }

  advance(milliseconds: number): void {
    this.#time += milliseconds;
  }
}

/** A clock under which no key ever meets a rate limit: four seconds pass between two requests. */
export const unhurriedClock = () => new ManualClock('2026-03-18T10:30:00.000Z', 4000);

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; the text itself where it is not JSON. */
  body: unknown;
}

export interface RequestOptions {
  host?: HostName;
  query?: Record<string, string | number | boolean>;
  body?: unknown;
  signal?: AbortSignal;
}

/** Sends requests to a sandbox with one key. */
export class SandboxClient {
  readonly #sandbox: Sandbox;
  readonly #key: string | null;

  constructor(sandbox: Sandbox, key: string | null = 'demo-test') {
    this.#sandbox = sandbox;
    this.#key = key;
  }

  async send(method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
    const url = new URL(this.#sandbox.hosts[options.host ?? 'core'] + path);
    for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, String(value));
    if (this.#key !== null) url.searchParams.set('api_key', this.#key);
    const response = await fetch(url, {
      method,
      ...(options.body === undefined
        ? {}
        : { body: JSON.stringify(options.body), headers: { 'content-type': 'application/json' } }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  get(path: string, query: RequestOptions['query'] = {}): Promise<Reply> {
    return this.send('GET', path, { query });
  }

  post(path: string, body: unknown = {}): Promise<Reply> {
    return this.send('POST', path, { body });
  }

  /** The body of a request that must succeed, as the type the test expects. */
  async read<Body>(path: string, query: RequestOptions['query'] = {}): Promise<Body> {
    const reply = await this.get(path, query);
    if (reply.status !== 200) throw new Error(`GET ${path} answered ${reply.status}: ${reply.text}`);
    return reply.body as Body;
  }

  async write<Body>(path: string, body: unknown = {}): Promise<Body> {
    const reply = await this.post(path, body);
    if (reply.status !== 200) throw new Error(`POST ${path} answered ${reply.status}: ${reply.text}`);
    return reply.body as Body;
  }
}

/** Runs a test against a sandbox of its own and closes it afterwards. */
export async function withSandbox(options: SandboxOptions, test: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox(options);
  try {
    await test(sandbox);
  } finally {
    await sandbox.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface CampaignRow {
  id: number;
  name: string;
  status: string;
  client_id: number | null;
}

export interface LeadRow {
  campaign_lead_map_id: string;
  lead_category_id: number | null;
  status: string;
  lead: { id: number; email: string; first_name: string };
}

export interface LeadPage {
  total_leads: string;
  data: LeadRow[];
}

/** A campaign of the seeded account by its name. */
export async function campaignNamed(client: SandboxClient, name: string): Promise<CampaignRow> {
  const campaign = (await client.read<CampaignRow[]>('/campaigns/')).find((row) => row.name === name);
  if (campaign === undefined) throw new Error(`no campaign ${name}`);
  return campaign;
}
