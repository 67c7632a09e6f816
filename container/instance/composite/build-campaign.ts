import type { CallArguments } from '../catalogue/call-arguments.ts';
import { toolName } from '../catalogue/tool-name.ts';
import { objectOf } from '../json/json-value.ts';
import { count } from '../policy/consequences/counting.ts';
import { quotedText } from '../policy/consequences/quoted-text.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { createOperationSteps, type OperationSteps, throwIfCancelled } from '../tools/operation-steps.ts';
import type { RunContext, Tool, ToolAnswer } from '../tools/tool.ts';
import { buildCampaignInput, buildCampaignName, type CampaignPlan, planCampaign } from './campaign-plan.ts';
import {
  type CampaignStepName,
  createCampaign,
  ImportStopped,
  partsOf,
  prepareSteps,
  type StepResult,
} from './campaign-steps.ts';
import { campaignSummary } from './campaign-summary.ts';
import { mailboxIds } from './mailbox-lookup.ts';
import { type StepFailure, stepFailure } from './step-failure.ts';

/** The tool that makes a whole campaign, or goes on with one. */
export function createBuildCampaignTool(caller: OperationCaller): Tool {
  const steps = createOperationSteps(caller);
  return {
    definition: {
      name: buildCampaignName,
      description:
        'Create a whole campaign: settings, schedule, mails, mailboxes, leads, on request its start. Checks all before it sends anything. If a step fails, it says what exists and how to go on.',
      inputSchema: buildCampaignInput.schema,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    },
    toolset: 'campaigns',
    administrative: false,
    effects: ({ leads, start }: CallArguments) => (leads != null || mayStart(start) ? ['write', 'sends_email'] : ['write']),
    madeOf: stepsOf,
    check: async (callArguments) => {
      await planCampaign(steps, callArguments);
    },
    async consequence(callArguments, context) {
      const plan = await planCampaign(steps, callArguments);
      return describeConsequence(steps, plan, context);
    },
    run: async (callArguments, context) => buildCampaign(steps, await planCampaign(steps, callArguments), context),
  };
}

/** The tools whose operations a call with these arguments takes as its steps. */
function stepsOf({ campaign_id, settings, schedule, sequences, mailboxes, leads, start }: CallArguments): string[] {
  const goesOn = campaign_id != null;
  const onlyIds = Object.keys(objectOf(mailboxes)).join() === 'ids';
  const operations: [id: string, isTaken: boolean][] = [
    ['campaigns/create', !goesOn],
    ['campaigns/get-by-id', goesOn],
    ['campaigns/get-sequences', goesOn && sequences != null],
    ['email-accounts/get-all', mailboxes != null && !onlyIds],
    ['campaigns/update-settings', settings != null],
    ['campaigns/update-schedule', schedule != null],
    ['campaigns/update-sequences', sequences != null],
    ['campaigns/add-email-accounts', mailboxes != null],
    ['campaigns/add-leads', leads != null],
    ['campaigns/update-status', mayStart(start)],
  ];
  return operations.flatMap(([id, isTaken]) => (isTaken ? [toolName(id)] : []));
}

function mayStart(start: unknown): boolean {
  return start != null && start !== false;
}

async function describeConsequence(steps: OperationSteps, plan: CampaignPlan, context: RunContext) {
  const campaign =
    plan.campaignId === undefined
      ? `create campaign ${quotedText(String(plan.create.name))}`
      : `go on with ${await campaignSummary(steps, plan.campaignId, context)}`;
  const recipients = plan.leads?.batches.reduce((sum, { leads }) => sum + leads.length, 0) ?? 0;
  const mailboxes = plan.mailboxes === undefined ? 0 : (await mailboxIds(steps, plan.mailboxes, context)).length;
  const start = plan.start ? ' and start it: mail goes out on its schedule' : '';
  const summary = `${campaign} with ${count(recipients, 'new lead')} and ${count(mailboxes, 'mailbox', 'mailboxes')}${start}`;
  return { summary, ...(plan.leads === undefined ? {} : { recipients }) };
}

/** Runs the steps one after the other and reports what was done, at which step it failed, and what was not done. */
async function buildCampaign(steps: OperationSteps, plan: CampaignPlan, context: RunContext): Promise<ToolAnswer> {
  const total = partsOf(plan);
  let parts = 0;
  const partDone = (message: string) => {
    parts += 1;
    context.progress(parts, total, message);
  };
  const prepared = await prepareSteps(steps, plan, context, partDone);
  const names = prepared.map(({ step }) => step);
  const done: ({ step: CampaignStepName } & StepResult)[] = [];
  let { campaignId } = plan;
  let step: CampaignStepName = 'create';
  try {
    if (campaignId === undefined) {
      const created = await createCampaign(steps, plan, context);
      campaignId = created.campaignId;
      done.push({ step, ...created.result });
      partDone(`created campaign ${campaignId}`);
    }
    for (const next of prepared) {
      step = next.step;
      throwIfCancelled(context.signal);
      done.push({ step, ...(await next.run(campaignId)) });
      partDone(`${step} done`);
    }
    return { structured: { campaignId, done, notDone: [], nextStep: nextStepAfterSuccess(plan, campaignId) } };
  } catch (error) {
    const failure = failureOf(error);
    const structured = {
      ...(campaignId === undefined ? {} : { campaignId }),
      done,
      failed: { step, ...failure },
      notDone: names.slice(step === 'create' ? 0 : names.indexOf(step) + 1),
      nextStep: nextStepAfterFailure(step, failure, campaignId),
    };
    return { structured, isError: true };
  }
}

function failureOf(error: unknown): Partial<StepFailure> & StepResult {
  if (!(error instanceof ImportStopped)) return { ...stepFailure(error) };
  const { stopped, nextStep: _ofImportLeads, ...report } = error.report;
  return { ...stopped, ...report };
}

function nextStepAfterSuccess(plan: CampaignPlan, campaignId: number): string {
  if (plan.start) return `Campaign ${campaignId} is active. campaigns_update_status with PAUSED holds it.`;
  return `Campaign ${campaignId} is not started. Show it to the user; to start it, call build_campaign with campaign_id ${campaignId} and start true.`;
}

/** Steps that are not made again by themselves once their outcome is unknown; all others leave the same state when made twice. */
const needRepeat: ReadonlySet<CampaignStepName> = new Set(['sequences', 'leads']);

function nextStepAfterFailure(step: CampaignStepName, failure: Partial<StepFailure>, campaignId: number | undefined): string {
  const unknown = failure.outcome === 'unknown';
  if (campaignId === undefined) {
    return unknown
      ? 'It is not known whether the campaign was created: look for its name with campaigns_get_all. If it is there, call again with its id as campaign_id; if not, call again with repeat true.'
      : `Nothing was created. ${failure.error?.nextStep ?? ''}`.trim();
  }
  const advice = unknown
    ? `It is not known whether ${step} was applied; applying it again does no harm.`
    : (failure.error?.nextStep ?? '');
  const repeat = unknown && needRepeat.has(step) ? ' and repeat true' : '';
  return `${advice} Campaign ${campaignId} has what done lists. To go on, call again with the same arguments and campaign_id ${campaignId}${repeat}; no second campaign is created, and leads it has are skipped.`.trim();
}
