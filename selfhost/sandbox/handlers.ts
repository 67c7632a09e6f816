import { operations } from './catalogue.ts';
import type { OperationHandler } from './operation-handler.ts';
import { blockListOperations } from './operations/block-list.ts';
import { campaignLeadOperations } from './operations/campaign-leads.ts';
import { campaignStatisticsOperations } from './operations/campaign-statistics.ts';
import { campaignOperations } from './operations/campaigns.ts';
import { clientOperations } from './operations/clients.ts';
import { globalAnalyticsOperations } from './operations/global-analytics.ts';
import { inboxActionOperations } from './operations/inbox-actions.ts';
import { inboxListOperations } from './operations/inbox-lists.ts';
import { leadListOperations } from './operations/lead-lists.ts';
import { leadOperations } from './operations/leads.ts';
import { mailboxOperations } from './operations/mailboxes.ts';
import { placementReportOperations } from './operations/placement-reports.ts';
import { placementTestOperations } from './operations/placement-tests.ts';
import { prospectContactOperations } from './operations/prospect-contacts.ts';
import { prospectLookupOperations } from './operations/prospect-lookups.ts';
import { replyAnalyticsOperations } from './operations/reply-analytics.ts';
import { senderOperations } from './operations/senders.ts';
import { sendingOperations } from './operations/sending.ts';
import { sequenceOperations } from './operations/sequences.ts';
import { webhookOperations } from './operations/webhooks.ts';

const handlers = new Map<string, OperationHandler>(
  [
    blockListOperations,
    campaignLeadOperations,
    campaignOperations,
    campaignStatisticsOperations,
    clientOperations,
    globalAnalyticsOperations,
    inboxActionOperations,
    inboxListOperations,
    leadListOperations,
    leadOperations,
    mailboxOperations,
    placementReportOperations,
    placementTestOperations,
    prospectContactOperations,
    prospectLookupOperations,
    replyAnalyticsOperations,
    senderOperations,
    sendingOperations,
    sequenceOperations,
    webhookOperations,
  ].flatMap((group) => Object.entries(group)),
);

/** Operations of the catalogue that nothing handles; empty as long as catalogue and sandbox agree. */
export const unhandledOperations = operations.filter((operation) => !handlers.has(operation.id)).map((operation) => operation.id);

/** Handlers that belong to no operation of the catalogue, which would be a misspelt id. */
export const strayHandlers = [...handlers.keys()].filter((id) => !operations.some((operation) => operation.id === id));

export function handlerOf(operationId: string): OperationHandler | undefined {
  return handlers.get(operationId);
}
