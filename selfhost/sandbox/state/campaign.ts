/** A message of a thread that is no sequence step: an answer of the lead, or one written to it by hand. Times in milliseconds. */
export interface ThreadMessage {
  statsId: string;
  messageId: string;
  direction: 'SENT' | 'REPLY' | 'FORWARD';
  time: number;
  from: string;
  to: string;
  subject: string;
  body: string;
}

/** One sequence step sent to one lead, with all that happened to it. Statistics and analytics are counted from these alone. */
export interface SentMessage {
  statsId: string;
  messageId: string;
  sequenceNumber: number;
  mailboxId: number;
  subject: string;
  body: string;
  sentAt: number;
  openedAt: number | null;
  openCount: number;
  clickedAt: number | null;
  clickCount: number;
  repliedAt: number | null;
  bouncedAt: number | null;
  unsubscribedAt: number | null;
}

/** Reading words; STARTED means that the lead was added and nothing sent yet. */
export const membershipStatuses = ['STARTED', 'INPROGRESS', 'COMPLETED', 'PAUSED', 'STOPPED', 'BLOCKED'] as const;
export type MembershipStatus = (typeof membershipStatuses)[number];

/** One lead in one campaign. Its `mapId` is what listings call campaign_lead_map_id and the inbox email_lead_map_id. */
export interface Membership {
  mapId: number;
  campaignId: number;
  leadId: number;
  status: MembershipStatus;
  categoryId: number | null;
  createdAt: number;
  unsubscribed: boolean;
  mailboxId: number | null;
  messages: SentMessage[];
  /** Answers of the lead and messages written by hand, oldest first. */
  thread: ThreadMessage[];
  unread: boolean;
  important: boolean;
  archived: boolean;
  snoozedUntil: number | null;
  scheduledFor: number | null;
  reminder: { id: number; time: number; message: string; statsId: string } | null;
  revenue: number;
  teamMemberId: number | null;
  subsequenceId: number | null;
}

export interface SequenceVariant {
  id: number;
  label: string;
  subject: string;
  body: string;
  distributionPercentage: number | null;
}

export interface SequenceStep {
  id: number;
  number: number;
  delayInDays: number;
  subject: string;
  body: string;
  variants: SequenceVariant[];
  createdAt: number;
  updatedAt: number;
}

export const campaignStatuses = ['DRAFTED', 'ACTIVE', 'PAUSED', 'STOPPED', 'COMPLETED', 'ARCHIVED'] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

export interface CampaignSchedule {
  timezone: string;
  days: number[];
  startHour: string;
  endHour: string;
}

export interface Campaign {
  id: number;
  name: string;
  status: CampaignStatus;
  createdAt: number;
  updatedAt: number;
  clientId: number | null;
  parentCampaignId: number | null;
  schedule: CampaignSchedule | null;
  scheduleStartTime: string | null;
  minutesBetweenEmails: number;
  newLeadsPerDay: number;
  /** In the words the service reads back, which differ from those it is written with. */
  trackSettings: string[];
  stopLeadSettings: string;
  unsubscribeText: string;
  sendAsPlainText: boolean;
  followUpPercentage: number;
  espMatching: boolean;
  teamMemberId: number | null;
  tagIds: number[];
  mailboxIds: Set<number>;
  sequence: SequenceStep[];
  /** By lead id. */
  memberships: Map<number, Membership>;
}

export const trackSettingsRead: Readonly<Record<string, string>> = {
  DONT_TRACK_EMAIL_OPEN: 'DONT_EMAIL_OPEN',
  DONT_TRACK_LINK_CLICK: 'DONT_LINK_CLICK',
  DONT_TRACK_REPLY_TO_AN_EMAIL: 'DONT_REPLY_TO_AN_EMAIL',
};

export const stopLeadSettingsRead: Readonly<Record<string, string>> = {
  REPLY_TO_AN_EMAIL: 'REPLY_TO_AN_EMAIL',
  CLICK_ON_A_LINK: 'CLICKED_LINK',
  OPEN_AN_EMAIL: 'OPENED_EMAIL',
};

/** A campaign as the service makes one before anything is set. */
export function newCampaign(settings: { id: number; name: string; createdAt: number; clientId?: number | undefined }): Campaign {
  return {
    id: settings.id,
    name: settings.name,
    status: 'DRAFTED',
    createdAt: settings.createdAt,
    updatedAt: settings.createdAt,
    clientId: settings.clientId ?? null,
    parentCampaignId: null,
    schedule: null,
    scheduleStartTime: null,
    minutesBetweenEmails: 10,
    newLeadsPerDay: 20,
    trackSettings: [],
    stopLeadSettings: 'REPLY_TO_AN_EMAIL',
    unsubscribeText: '',
    sendAsPlainText: false,
    followUpPercentage: 40,
    espMatching: false,
    teamMemberId: null,
    tagIds: [],
    mailboxIds: new Set(),
    sequence: [],
    memberships: new Map(),
  };
}

/** A lead as it enters a campaign. */
export function newMembership(place: { mapId: number; campaignId: number; leadId: number; createdAt: number }): Membership {
  return {
    ...place,
    status: 'STARTED',
    categoryId: null,
    unsubscribed: false,
    mailboxId: null,
    messages: [],
    thread: [],
    unread: false,
    important: false,
    archived: false,
    snoozedUntil: null,
    scheduledFor: null,
    reminder: null,
    revenue: 0,
    teamMemberId: null,
    subsequenceId: null,
  };
}
