import { countOf, objectOf, rowsOf, textOf } from '../json/json-value.ts';
import type { OperationCallContext } from '../smartlead/operation-caller.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';
import { type OperationSteps, operationById } from '../tools/operation-steps.ts';
import type { RunContext } from '../tools/tool.ts';
import type { CampaignPlan } from './campaign-plan.ts';
import { type ImportReport, runImport } from './lead-import.ts';
import { mailboxIds } from './mailbox-lookup.ts';
import { sameSequence, sequenceRequest } from './sequence-plan.ts';

export type CampaignStepName = 'create' | 'settings' | 'schedule' | 'sequences' | 'mailboxes' | 'leads' | 'start';

/** What a step did, for the report. */
export type StepResult = Record<string, unknown>;

/** One write, or for leads a row of them, on the way to the whole campaign. */
export interface CampaignStep {
  step: CampaignStepName;
  /**
   * @param campaignId The campaign, once it exists.
   * @throws SmartleadError, or {@link ImportStopped} where a part of the leads is in.
   */
  run(campaignId: number): Promise<StepResult>;
}

/** The leads step ended early; its report says which rows are in. */
export class ImportStopped extends Error {
  override readonly name = 'ImportStopped';
  readonly report: ImportReport;

  constructor(report: ImportReport) {
    super('the import stopped before its end');
    this.report = report;
  }
}

/** Tells how many parts of the whole are done; one step has one part, the leads have one for each request. */
export type PartDone = (message: string) => void;

/** How many parts the whole has. */
export function partsOf(plan: CampaignPlan): number {
  const given = [plan.settings, plan.schedule, plan.sequence, plan.mailboxes].filter((part) => part !== undefined);
  return (plan.campaignId === undefined ? 1 : 0) + given.length + (plan.leads?.batches.length ?? 0) + (plan.start ? 1 : 0);
}

/**
 * Reads what has to be known before anything is written: that the campaign to go on with exists and its steps are not other ones, and
 * which mailboxes are meant.
 * @returns The writes, in an order in which each finds what it needs: the start comes last, and no lead is added before there is a mail
 * to send it.
 * @throws SmartleadError Nothing was written.
 */
export async function prepareSteps(
  steps: OperationSteps,
  plan: CampaignPlan,
  context: RunContext,
  partDone: PartDone,
): Promise<CampaignStep[]> {
  const sequenceIsThere = plan.campaignId !== undefined && (await inspectExisting(steps, plan, plan.campaignId, context));
  const accountIds = plan.mailboxes === undefined ? undefined : await mailboxIds(steps, plan.mailboxes, context);
  const prepared: CampaignStep[] = [];
  const add = (step: CampaignStepName, run: CampaignStep['run']) => prepared.push({ step, run });
  const write = async (id: string, callArguments: Record<string, unknown>): Promise<StepResult> => {
    const { firstSentAt } = await steps.call(operationById(id), callArguments, context);
    return firstSentAt === undefined ? {} : { sentBefore: new Date(firstSentAt).toISOString() };
  };
  const { settings, schedule, sequence, leads } = plan;
  if (settings !== undefined) add('settings', (campaign_id) => write('campaigns/update-settings', { campaign_id, ...settings }));
  if (schedule !== undefined) add('schedule', (campaign_id) => write('campaigns/update-schedule', { campaign_id, ...schedule }));
  if (sequence !== undefined)
    add('sequences', async (campaign_id) => {
      if (sequenceIsThere) return { mails: sequence.length, alreadyThere: true };
      const sequences = sequenceRequest(sequence);
      return { mails: sequence.length, ...(await write('campaigns/update-sequences', { campaign_id, sequences })) };
    });
  if (accountIds !== undefined)
    add('mailboxes', async (campaign_id) => ({
      mailboxes: accountIds.length,
      ...(await write('campaigns/add-email-accounts', { campaign_id, email_account_ids: accountIds })),
    }));
  if (leads !== undefined)
    add('leads', async (campaignId) => {
      const onBatch = (sent: number, rowsSent: number) => {
        // The last request is told by the step itself.
        if (sent < leads.batches.length) partDone(`${rowsSent} leads sent`);
      };
      const report = await runImport(steps, leads, { campaignId, context, onBatch });
      if (report.stopped !== undefined) throw new ImportStopped(report);
      const { nextStep: _allSent, ...result } = report;
      return result;
    });
  if (plan.start) add('start', (campaign_id) => write('campaigns/update-status', { campaign_id, status: 'START' }));
  return prepared;
}

/** Creates the campaign. @throws SmartleadError */
export async function createCampaign(
  steps: OperationSteps,
  plan: CampaignPlan,
  context: OperationCallContext,
): Promise<{ campaignId: number; result: StepResult }> {
  const { value, firstSentAt } = await steps.call(operationById('campaigns/create'), plan.create, context);
  const body = objectOf(value);
  const campaignId = countOf(body.id ?? objectOf(body.data).id);
  if (campaignId === undefined)
    throw new SmartleadError('smartlead_unexpected_answer', 'Smartlead answered without the id of the new campaign.');
  return { campaignId, result: firstSentAt === undefined ? {} : { sentBefore: new Date(firstSentAt).toISOString() } };
}

/**
 * Looks at a campaign to go on with. Its mails are never replaced here: that would destroy what somebody wrote.
 * @returns Whether the wanted mails are there already.
 */
async function inspectExisting(
  steps: OperationSteps,
  plan: CampaignPlan,
  campaignId: number,
  context: OperationCallContext,
): Promise<boolean> {
  const { value } = await steps.call(operationById('campaigns/get-by-id'), { campaign_id: campaignId }, context);
  const status = textOf(objectOf(value).status);
  if (status === 'STOPPED' || status === 'ARCHIVED')
    throw new SmartleadError(
      'smartlead_conflict',
      `Campaign ${campaignId} is ${status} and cannot be changed any more. Nothing was sent.`,
    );
  if (plan.sequence === undefined) return false;
  const answer = await steps.call(operationById('campaigns/get-sequences'), { campaign_id: campaignId }, context);
  const existing = rowsOf(answer.value);
  if (existing.length === 0) return false;
  if (sameSequence(existing, plan.sequence)) return true;
  throw new SmartleadError(
    'smartlead_conflict',
    `Campaign ${campaignId} has ${existing.length} other mails already. Nothing was sent: leave sequences out to keep them, or replace them with campaigns_update_sequences.`,
  );
}
