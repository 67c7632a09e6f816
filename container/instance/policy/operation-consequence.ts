import type { CallArguments } from '../catalogue/call-arguments.ts';
import type { Operation } from '../catalogue/operation.ts';
import { toolName } from '../catalogue/tool-name.ts';
import type { OperationCallContext, OperationCaller } from '../smartlead/operation-caller.ts';
import type { Consequence } from './consequence.ts';
import { countOrUnknown } from './consequences/counting.ts';
import { destroyingPreviews } from './consequences/destroying.ts';
import type { Previews } from './consequences/preview.ts';
import { PreviewReads } from './consequences/preview-reads.ts';
import { sendingPreviews } from './consequences/sending.ts';
import { spendingPreviews } from './consequences/spending.ts';

const statusPreviews: Previews = {
  'campaigns/update-status': async ({ campaign_id, status }, reads) => {
    if (status === 'STOPPED') return { summary: `stop ${(await reads.campaign(campaign_id)).text} for good` };
    const [campaign, leads] = await Promise.all([reads.campaign(campaign_id), reads.leadsOfCampaign(campaign_id)]);
    const summary = `start ${campaign.text} with ${countOrUnknown(leads, 'lead')}`;
    return leads === undefined ? { summary } : { summary, recipients: leads };
  },
};

const previews: Previews = { ...sendingPreviews, ...destroyingPreviews, ...spendingPreviews, ...statusPreviews };

/**
 * Counts what a risky call of the operation will do, with at most two reads. A read that fails does not block: the count is unknown
 * then.
 * @throws SmartleadError `cancelled`
 */
export async function operationConsequence(
  operation: Operation,
  callArguments: CallArguments,
  context: OperationCallContext,
  caller: OperationCaller,
): Promise<Consequence> {
  const preview = previews[operation.id];
  if (preview === undefined) return { summary: `call ${toolName(operation.id)}` };
  return preview(callArguments, new PreviewReads(caller, context));
}
