import type { Toolset } from '../../../../core/tool-selection.ts';
import { agency } from './agency.ts';
import { analytics } from './analytics.ts';
import { campaigns } from './campaigns.ts';
import { deliverability } from './deliverability.ts';
import type { ToolDescriptions } from './description-texts.ts';
import { inbox } from './inbox.ts';
import { leads } from './leads.ts';
import { mailboxes } from './mailboxes.ts';
import { prospecting } from './prospecting.ts';
import { senders } from './senders.ts';
import { webhooks } from './webhooks.ts';

/** The descriptions of each toolset. Every operation stands in the file of the set it belongs to. */
export const descriptionsByToolset: Readonly<Record<Toolset, ToolDescriptions>> = {
  campaigns,
  leads,
  inbox,
  mailboxes,
  analytics,
  deliverability,
  prospecting,
  senders,
  agency,
  webhooks,
};

const allDescriptions: ToolDescriptions = Object.assign({}, ...Object.values(descriptionsByToolset));

/** The description of an operation, or undefined for one that is not offered as a tool. */
export function toolDescription(operationId: string): string | undefined {
  return allDescriptions[operationId];
}
