import type { Tier } from '../api-key.ts';
import { PseudoRandom } from '../pseudo-random.ts';
import { RateLimit } from '../rate-limit.ts';
import { notPossible } from '../refusal.ts';
import type { Client, ClientApiKey, TeamMember, Webhook } from './agency.ts';
import { type Campaign, type Membership, newMembership } from './campaign.ts';
import type { BlockListEntry, Lead, LeadCategory, LeadList, LeadNote, LeadTagMapping, LeadTask, Tag } from './lead.ts';
import type { Mailbox } from './mailbox.ts';
import type { ContactSearch, PlacementFolder, PlacementTest, SenderOrder } from './placement.ts';

/** First identifier of each kind; every account adds an offset of its own, so that one's ids mean nothing to another. */
const identifierBases = {
  campaign: 2_000_000,
  lead: 2_900_000_000,
  membership: 2_400_000_000,
  mailbox: 5_000_000,
  other: 700_000,
} as const;

/** Bytes of request bodies an account may keep. Far above what trying the product takes; bounds the memory of one key. */
const storageBudgetBytes = 16 * 1024 * 1024;
const storedRequestOverheadBytes = 1024;
const maximumMemberships = 20_000;

/** All that belongs to one demo key, in memory. */
export class Account {
  readonly userId: number;
  readonly random: PseudoRandom;
  readonly rateLimit: RateLimit;
  readonly campaigns = new Map<number, Campaign>();
  readonly leads = new Map<number, Lead>();
  readonly lists = new Map<number, LeadList>();
  readonly mailboxes = new Map<number, Mailbox>();
  readonly categories = new Map<number, LeadCategory>();
  readonly tags = new Map<number, Tag>();
  readonly leadTags = new Map<number, LeadTagMapping>();
  readonly notes = new Map<number, LeadNote>();
  readonly tasks = new Map<number, LeadTask>();
  readonly blockList = new Map<number, BlockListEntry>();
  readonly clients = new Map<number, Client>();
  readonly clientKeys = new Map<number, ClientApiKey>();
  readonly teamMembers = new Map<number, TeamMember>();
  readonly webhooks = new Map<number, Webhook>();
  readonly placementTests = new Map<number, PlacementTest>();
  readonly placementFolders = new Map<number, PlacementFolder>();
  readonly searches = new Map<number, ContactSearch>();
  readonly orders = new Map<string, SenderOrder>();
  credits = { available: 500, total: 1000 };
  readonly #memberships = new Map<number, Membership>();
  readonly #leadIds = new Map<string, number>();
  readonly #lastIdentifiers: Record<keyof typeof identifierBases, number>;
  #storedBytes = 0;

  constructor(apiKey: string, tier: Tier) {
    this.random = new PseudoRandom(apiKey);
    this.rateLimit = new RateLimit(tier);
    this.userId = this.random.integer(100_000, 999_999);
    const offset = this.random.integer(0, 9999) * 1000;
    this.#lastIdentifiers = { ...identifierBases };
    for (const kind of ['campaign', 'lead', 'membership', 'mailbox', 'other'] as const) this.#lastIdentifiers[kind] += offset;
  }

  nextIdentifier(kind: keyof typeof identifierBases = 'other'): number {
    this.#lastIdentifiers[kind] += 1;
    return this.#lastIdentifiers[kind];
  }

  /** Counts a write against the account's share of memory. Throws Refusal where it is used up. */
  chargeStorage(bodyBytes: number): void {
    if (this.#storedBytes + bodyBytes > storageBudgetBytes)
      throw notPossible('This sandbox account is full. Use another key that starts with demo-.');
    this.#storedBytes += bodyBytes + storedRequestOverheadBytes;
  }

  leadByEmail(email: string): Lead | undefined {
    return this.leads.get(this.#leadIds.get(email.toLowerCase()) ?? -1);
  }

  addLead(lead: Lead): void {
    this.leads.set(lead.id, lead);
    this.#leadIds.set(lead.email.toLowerCase(), lead.id);
  }

  /** Gives a lead another address. False where another lead has it. */
  changeEmail(lead: Lead, email: string): boolean {
    const owner = this.#leadIds.get(email.toLowerCase());
    if (owner !== undefined && owner !== lead.id) return false;
    this.#leadIds.delete(lead.email.toLowerCase());
    this.#leadIds.set(email.toLowerCase(), lead.id);
    lead.email = email;
    return true;
  }

  get membershipsFull(): boolean {
    return this.#memberships.size >= maximumMemberships;
  }

  membership(mapId: number): Membership | undefined {
    return this.#memberships.get(mapId);
  }

  /** All memberships, oldest first. */
  memberships(): IterableIterator<Membership> {
    return this.#memberships.values();
  }

  join(campaign: Campaign, lead: Lead, createdAt: number): Membership {
    const mapId = this.nextIdentifier('membership');
    const membership = newMembership({ mapId, campaignId: campaign.id, leadId: lead.id, createdAt });
    campaign.memberships.set(lead.id, membership);
    this.#memberships.set(mapId, membership);
    return membership;
  }

  leave(campaign: Campaign, leadId: number): void {
    const membership = campaign.memberships.get(leadId);
    if (membership === undefined) return;
    campaign.memberships.delete(leadId);
    this.#memberships.delete(membership.mapId);
  }

  deleteCampaign(campaign: Campaign): void {
    for (const leadId of [...campaign.memberships.keys()]) this.leave(campaign, leadId);
    for (const webhook of [...this.webhooks.values()]) if (webhook.campaignId === campaign.id) this.webhooks.delete(webhook.id);
    for (const child of this.campaigns.values()) if (child.parentCampaignId === campaign.id) child.parentCampaignId = null;
    this.campaigns.delete(campaign.id);
  }

  /** The block-list entry that covers the address or its domain. */
  blockFor(email: string): BlockListEntry | undefined {
    const address = email.toLowerCase();
    const domain = address.slice(address.indexOf('@') + 1);
    for (const entry of this.blockList.values()) if (entry.entry === address || entry.entry === domain) return entry;
    return undefined;
  }
}
