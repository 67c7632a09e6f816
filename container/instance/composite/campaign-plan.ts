import type { CallArguments } from '../catalogue/call-arguments.ts';
import type { Constraint, FieldShape } from '../catalogue/operation.ts';
import { type ArgumentIssue, SmartleadError } from '../smartlead/smartlead-error.ts';
import { type OperationSteps, operationById } from '../tools/operation-steps.ts';
import { compositeInput, fieldsOf } from './composite-input.ts';
import { importSettingsField, leadsField } from './import-leads.ts';
import type { Lead } from './lead-batches.ts';
import { type ImportPlan, planImport } from './lead-import.ts';
import type { MailboxChoice } from './mailbox-lookup.ts';
import { type SequenceStep, sequenceIssues, sequenceRequest, sequencesField } from './sequence-plan.ts';

export const buildCampaignName = 'build_campaign';

const list = (name: string, type: 'integer' | 'string'): FieldShape => ({
  name,
  type: 'array',
  required: false,
  minItems: 1,
  items: { type },
});

const fields: FieldShape[] = [
  { name: 'campaign_id', type: 'integer', required: false },
  ...fieldsOf('campaigns/create'),
  {
    name: 'settings',
    type: 'object',
    required: false,
    properties: fieldsOf('campaigns/update-settings', { without: ['campaign_id', 'name', 'client_id'] }),
  },
  {
    name: 'schedule',
    type: 'object',
    required: false,
    properties: fieldsOf('campaigns/update-schedule', { without: ['campaign_id'] }),
  },
  sequencesField,
  {
    name: 'mailboxes',
    type: 'object',
    required: false,
    properties: [list('ids', 'integer'), list('addresses', 'string'), list('tags', 'string')],
  },
  leadsField({ required: false }),
  importSettingsField(),
  { name: 'start', type: 'boolean', required: false },
];

const constraints: Constraint[] = [{ kind: 'at_least_one_of', params: ['campaign_id', 'name'] }];

const hour = { type: 'string', description: 'HH:MM' };

export const buildCampaignInput = compositeInput(buildCampaignName, {
  fields,
  constraints,
  isRisky: true,
  itemsCheckedElsewhere: ['leads'],
  publishedAs: {
    settings: { type: 'object', description: 'Fields of campaigns_update_settings' },
    schedule: {
      type: 'object',
      description: 'All needed',
      properties: {
        timezone: { type: 'string', description: 'IANA' },
        days_of_the_week: { type: 'array', items: { type: 'integer' }, description: '1 is Monday' },
        start_hour: hour,
        end_hour: hour,
        min_time_btw_emails: { type: 'integer', description: 'Minutes' },
        max_new_leads_per_day: { type: 'integer' },
      },
    },
    leads: { type: 'array', items: { type: 'object' }, description: 'As in import_leads' },
    import_settings: { type: 'object', description: 'As in import_leads' },
  },
  descriptions: {
    campaign_id: 'Go on with this one; creates none',
    'sequences[].delay_in_days': 'After the mail before',
    'sequences[].subject': 'Empty: same thread',
    'sequences[].variants': 'A/B versions, in place of subject and email_body',
    'mailboxes.tags': 'With any of these tags',
    start: 'At the end',
  },
});

/** Everything a campaign shall have, checked. */
export interface CampaignPlan {
  /** The campaign to go on with; a new one is created where it is missing. */
  campaignId: number | undefined;
  create: Record<string, unknown>;
  settings?: Record<string, unknown>;
  schedule?: Record<string, unknown>;
  sequence?: readonly SequenceStep[];
  mailboxes?: MailboxChoice;
  leads?: ImportPlan;
  start: boolean;
}

/**
 * Checks all arguments as strictly as each step will check its own, so that nothing is sent while anything is wrong.
 * @throws SmartleadError `invalid_arguments`.
 */
export async function planCampaign(steps: OperationSteps, callArguments: CallArguments): Promise<CampaignPlan> {
  await buildCampaignInput.check(callArguments);
  const { campaign_id: campaignId, name, client_id: clientId, start, leads, import_settings: settings } = callArguments;
  const plan: CampaignPlan = {
    campaignId: campaignId as number | undefined,
    create: { ...(name === undefined ? {} : { name }), ...(clientId === undefined ? {} : { client_id: clientId }) },
    ...pick(callArguments, 'settings'),
    ...pick(callArguments, 'schedule'),
    ...(callArguments.sequences === undefined ? {} : { sequence: callArguments.sequences as SequenceStep[] }),
    ...(callArguments.mailboxes === undefined ? {} : { mailboxes: callArguments.mailboxes as MailboxChoice }),
    start: start === true,
  };
  const issues = [...planIssues(plan), ...(leads === undefined && settings !== undefined ? [settingsWithoutLeads] : [])];
  if (issues.length > 0) {
    const text = issues.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
    throw new SmartleadError('invalid_arguments', `Nothing was sent. ${text}.`, { issues: issues.slice(0, 8) });
  }
  if (plan.sequence !== undefined) {
    const request = { campaign_id: 0, sequences: sequenceRequest(plan.sequence) };
    await steps.check(operationById('campaigns/update-sequences'), request);
  }
  if (leads === undefined) return plan;
  return { ...plan, leads: await planImport(steps, { leads: leads as Lead[], settings }) };
}

const settingsWithoutLeads: ArgumentIssue = { path: 'import_settings', message: 'is of use with leads only' };

function planIssues(plan: CampaignPlan): ArgumentIssue[] {
  const issues: ArgumentIssue[] = sequenceIssues(plan.sequence ?? []);
  const { schedule, mailboxes } = plan;
  if (schedule !== undefined && String(schedule.start_hour) >= String(schedule.end_hour))
    issues.push({ path: 'schedule.end_hour', message: 'must be later than start_hour' });
  if (mailboxes !== undefined && Object.keys(mailboxes).length === 0)
    issues.push({ path: 'mailboxes', message: 'needs ids, addresses or tags' });
  if (plan.start && plan.campaignId === undefined) {
    for (const [path, given] of Object.entries({ schedule, sequences: plan.sequence, mailboxes })) {
      if (given === undefined) issues.push({ path, message: 'is required to start a new campaign' });
    }
  }
  return issues;
}

function pick<Name extends 'settings' | 'schedule'>(callArguments: CallArguments, name: Name) {
  const value = callArguments[name] as Record<string, unknown> | undefined;
  return (value === undefined || Object.keys(value).length === 0 ? {} : { [name]: value }) as Partial<
    Record<Name, Record<string, unknown>>
  >;
}
