import { objectOf, textOf } from '../json/json-value.ts';
import { quotedText } from '../policy/consequences/quoted-text.ts';
import type { OperationCallContext } from '../smartlead/operation-caller.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';
import { type OperationSteps, operationById } from '../tools/operation-steps.ts';

/**
 * A campaign in words for a question that a person answers, such as `campaign 7 "Spring" (ACTIVE)`.
 * Without name and status where the policy forbids to read them.
 * @throws SmartleadError `smartlead_not_found`.
 */
export async function campaignSummary(steps: OperationSteps, campaignId: number, context: OperationCallContext): Promise<string> {
  const campaign = await readCampaign(steps, campaignId, context);
  if (campaign === undefined) return `campaign ${campaignId}`;
  return `campaign ${campaignId} ${quotedText(textOf(campaign.name))} (${textOf(campaign.status) || 'status unknown'})`;
}

async function readCampaign(steps: OperationSteps, campaignId: number, context: OperationCallContext) {
  try {
    const { value } = await steps.call(operationById('campaigns/get-by-id'), { campaign_id: campaignId }, context);
    return objectOf(value);
  } catch (error) {
    if (error instanceof SmartleadError && error.code === 'not_allowed') return undefined;
    throw error;
  }
}
