import { dayMs } from '../calendar.ts';
import { timestamp } from '../fields.ts';
import type { Call, OperationHandler, OperationHandlers } from '../operation-handler.ts';
import { pageOf } from '../operation-handler.ts';
import { PseudoRandom } from '../pseudo-random.ts';
import { renderTemplate } from '../render-template.ts';
import type { PlacementTest } from '../state/placement.ts';
import { placementTestOf } from './placement-tests.ts';

const seedMailboxes = [
  { id: 'seed_001', email: 'seed1@gmail.example.com', esp: 'Gmail' },
  { id: 'seed_002', email: 'seed2@outlook.example.com', esp: 'Outlook' },
  { id: 'seed_003', email: 'seed3@yahoo.example.com', esp: 'Yahoo' },
] as const;

const seedsPerSender = 40;

/** Reports of deliverability tests: made up, and always the same for the same test. */
export const placementReportOperations: OperationHandlers = {
  'smart-delivery/provider-report': rateReport('provider', ['Gmail', 'Outlook', 'Yahoo']),

  'smart-delivery/geo-report': rateReport('region', ['North America', 'Europe', 'Asia Pacific']),

  'smart-delivery/sender-report': (call) => {
    const test = placementTestOf(call);
    return test.senders.map((email, index) => {
      const placed = placementOf(test.id + index);
      const details = {
        sender_name: email.split('@')[0] ?? '',
        tests_count: 1,
        avg_inbox_rate: placed.inbox * 2.5,
        avg_spam_rate: placed.spam * 2.5,
        avg_bounce_rate: 0,
        reputation_score: 8.5,
        last_test_date: timestamp(test.updatedAt),
        reply_id: replyId(test, index),
      };
      return { email, details };
    });
  },

  'smart-delivery/spam-filter-report': (call) =>
    placementTestOf(call).senders.map((from_email) => ({
      from_email,
      spam_filter_details: [
        { filter: 'SpamAssassin', triggered_count: 1, trigger_percentage: 2.5, reasons: ['Short HTML part'] },
      ],
    })),

  'smart-delivery/dkim-details': seedReport('dkim_verified', () => true),
  'smart-delivery/spf-details': seedReport('spf_verified', () => true),
  'smart-delivery/rdns-report': seedReport('rdns_verified', (index) => index !== 2),
  'smart-delivery/domain-blacklist': seedReport('domain_blacklisted', () => false),

  'smart-delivery/sender-list': (call) => {
    const test = placementTestOf(call);
    return test.senders.map((from_email, index) => ({
      id: replyId(test, index),
      spam_test_id: test.id,
      from_email,
      created_at: timestamp(test.createdAt),
      updated_at: timestamp(test.updatedAt),
      client_id: null,
      user_id: call.account.userId,
    }));
  },

  'smart-delivery/blacklists': (call) => {
    const test = placementTestOf(call);
    return test.senders.map((from_email, index) => ({
      reply_id: replyId(test, index),
      reply: { from_email },
      to_email: seedMailboxes[0].email,
      domain: from_email.split('@')[1] ?? '',
      blacklist_type_value: 'spamhaus',
      total_blacklist: 0,
      rdns: 'mail.example.com',
      ip: '192.0.2.10',
      details: 'Not listed',
    }));
  },

  'smart-delivery/test-email-content': (call) => {
    const test = placementTestOf(call);
    const campaign = call.account.campaigns.get(test.campaignId);
    const step = campaign?.sequence.find((candidate) => candidate.id === test.sequenceMappingId) ?? campaign?.sequence[0];
    const [lead] = call.account.leads.values();
    const subject = renderTemplate(step?.subject ?? test.name, lead);
    const html = renderTemplate(step?.body ?? '', lead);
    const text = html.replace(/<[^>]*>/g, ' ').trim();
    return {
      spamTest: test.id,
      subject,
      text,
      html,
      rawEmailContent: `From: ${test.senders[0] ?? ''}\nSubject: ${subject}\n\n${html}`,
    };
  },

  'smart-delivery/reply-headers': (call) => {
    const sender = placementTestOf(call).senders[0] ?? '';
    const domain = sender.split('@')[1] ?? '';
    return {
      'Return-Path': `<${sender}>`,
      Received: 'from mail.example.com ([192.0.2.10]) by mx.example.com with SMTP',
      // Spelt so by the service.
      'Reveived-Spf': 'pass (mx.example.com: domain designates 192.0.2.10 as permitted sender)',
      'Authentication-Results': `mx.example.com; dkim=pass header.d=${domain}; spf=pass smtp.mailfrom=${sender}; dmarc=pass`,
    };
  },

  'smart-delivery/schedule-history': (call) => {
    const test = placementTestOf(call);
    const { inbox, tab, spam } = placementOf(test.id);
    const counts = { inbox_count: inbox, tab_count: tab, spam_count: spam, adjusted_total_email_count: seedsPerSender };
    return [
      {
        spam_test_id: test.id,
        test_run_no: 1,
        status: 'completed',
        ...counts,
        reply_hour_interval_start: 0,
        reply_hour_interval_end: 24,
      },
    ];
  },

  'smart-delivery/ip-details': (call) => ipDetails(placementTestOf(call)),

  'extra/smart-delivery-ip-details-by-reply': (call) => ipDetails(placementTestOf(call)),

  'smart-delivery/mailbox-summary': (call) => pageOf(mailboxPlacements(call), call.query, 10).items,

  'smart-delivery/mailbox-count': (call) => {
    const rows = mailboxPlacements(call);
    const sum = (name: 'inbox_count' | 'spam_count' | 'tab_count' | 'failed_count' | 'total_email_count') =>
      rows.reduce((total, row) => total + row[name], 0);
    return {
      inbox_count: sum('inbox_count'),
      spam_count: sum('spam_count'),
      tab_count: sum('tab_count'),
      failed_count: sum('failed_count'),
      total_email_count: sum('total_email_count'),
    };
  },
};

const replyId = (test: PlacementTest, index: number) => `${test.id}-${index + 1}`;

/** How many of the seed mailboxes got a mail where. */
function placementOf(seed: number): { inbox: number; tab: number; spam: number } {
  const random = new PseudoRandom(`placement ${seed}`);
  const spam = random.integer(0, 4);
  const tab = random.integer(0, 5);
  return { inbox: seedsPerSender - spam - tab, tab, spam };
}

function rateReport(name: 'provider' | 'region', groups: readonly string[]): OperationHandler {
  return (call) => {
    const test = placementTestOf(call);
    const result = groups.map((group, index) => {
      const { inbox, spam } = placementOf(test.id + index);
      return {
        [name]: group,
        inbox_rate: inbox * 2.5,
        spam_rate: spam * 2.5,
        bounce_rate: 0,
        mailbox_count: seedsPerSender,
        avg_delivery_time_seconds: 30 + spam,
      };
    });
    return { overallTotalCount: seedsPerSender * groups.length, status: 'completed', result };
  };
}

function seedReport(name: string, verdict: (index: number) => boolean): OperationHandler {
  return (call) =>
    placementTestOf(call).senders.map((from_email) => ({
      from_email,
      seed_accounts: seedMailboxes.map((seed, index) => ({ ...seed, [name]: verdict(index) })),
    }));
}

function ipDetails(test: PlacementTest) {
  const whois_data = {
    isp: 'Example ISP',
    location: 'Nowhere',
    reverse_dns: 'mail.example.com',
    organization: 'Example Organization',
  };
  return [
    { ip: '192.0.2.10', blacklisted: false, summary: 'On no list', whois_data, created_at: timestamp(test.createdAt + dayMs) },
  ];
}

function mailboxPlacements({ account }: Call) {
  return [...account.mailboxes.values()].map((mailbox) => {
    const { inbox, tab, spam } = placementOf(mailbox.id);
    return {
      id: `mb_${mailbox.id}`,
      from_email: mailbox.fromEmail,
      esp: mailbox.type === 'OUTLOOK' ? 'Outlook' : 'Gmail',
      total_email_count: seedsPerSender,
      inbox_count: inbox,
      tab_count: tab,
      spam_count: spam,
      failed_count: 0,
      placement_score: inbox * 2.5,
    };
  });
}
