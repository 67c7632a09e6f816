import type { Policy, PolicySwitch, Profile, ToolSelectionKind, Toolset } from '../../../api/contract.ts';

/** What a choice is called, and what it means for whoever makes it. */
interface Words {
  title: string;
  text: string;
}

export const policyWords: Record<Policy, Words> = {
  'read-only': {
    title: 'Read only (recommended to begin with)',
    text: 'Looks at campaigns, leads, replies and statistics. Changes nothing at Smartlead.',
  },
  standard: {
    title: 'Standard',
    text: 'Also does daily work: edits campaigns, lead lists, categories, notes and tasks. Leaves the account itself alone.',
  },
  full: {
    title: 'Full',
    text: 'Also changes the account itself: mailboxes, orders of senders, clients and webhooks.',
  },
};

export const switchWords: Record<PolicySwitch, Words> = {
  send: {
    title: 'Send mail',
    text: 'Start campaigns, add leads to them, reply, forward, warm up mailboxes. Mail reaches real people and cannot be called back.',
  },
  destroy: {
    title: 'Delete and stop',
    text: 'Delete campaigns, leads and mailboxes, unsubscribe leads, stop campaigns, replace their mails. None of it can be undone.',
  },
  spend: {
    title: 'Spend credits',
    text: 'Look up contacts and addresses of prospects, order mailboxes and domains. It costs credits or money at Smartlead.',
  },
  secrets: {
    title: 'Handle secrets',
    text: 'Take mailbox passwords, create and show API keys of clients. They pass through the client and its model, without a question.',
  },
};

export const selectionWords: Record<ToolSelectionKind, Words> = {
  full: {
    title: 'Everything',
    text: 'All of Smartlead. For workflows that call certain tools, and for models with a large context.',
  },
  profile: { title: 'A profile', text: 'A few tools that belong together for one kind of work. Models choose best among few.' },
  toolset: { title: 'Sets', text: 'Whole areas of Smartlead, as many as you like.' },
  discovery: {
    title: 'Discovery',
    text: 'Three tools that search, describe and call all the others. Smallest by far, at one or two more calls for each task.',
  },
};

export const profileWords: Record<Profile, Words> = {
  'campaign-builder': {
    title: 'Campaign builder',
    text: 'Sets up campaigns with their mails, schedule, mailboxes and leads.',
  },
  'inbox-agent': { title: 'Inbox agent', text: 'Reads replies, sorts them, answers and follows up.' },
  analyst: { title: 'Analyst', text: 'Reports on campaigns, mailboxes and leads over any time.' },
  deliverability: { title: 'Deliverability', text: 'Watches placement, warm-up and the health of mailboxes.' },
};

export const toolsetTitles: Record<Toolset, string> = {
  campaigns: 'Campaigns',
  leads: 'Leads',
  inbox: 'Inbox',
  mailboxes: 'Mailboxes',
  analytics: 'Analytics',
  deliverability: 'Deliverability',
  prospecting: 'Prospecting',
  senders: 'Senders',
  agency: 'Agency',
  webhooks: 'Webhooks',
};
