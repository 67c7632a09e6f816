import type { OperationCallContext } from '../smartlead/operation-caller.ts';
import { objectOf, textOf } from './json-value.ts';
import { type OperationSteps, operationById } from './operation-steps.ts';

/**
 * A campaign in words for a question that a person answers, such as `campaign 7 "Spring" (ACTIVE)`.
 * @throws SmartleadError `smartlead_not_found`.
 */
export async function campaignSummary(steps: OperationSteps, campaignId: number, context: OperationCallContext): Promise<string> {
  const { value } = await steps.call(operationById('campaigns/get-by-id'), { campaign_id: campaignId }, context);
  const campaign = objectOf(value);
  return `campaign ${campaignId} ${JSON.stringify(textOf(campaign.name).slice(0, 100))} (${textOf(campaign.status) || 'status unknown'})`;
}
