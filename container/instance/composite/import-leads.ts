import type { CallArguments } from '../catalogue/call-arguments.ts';
import { toolName } from '../catalogue/tool-name.ts';
import { count } from '../policy/consequences/counting.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { createOperationSteps } from '../tools/operation-steps.ts';
import type { Tool } from '../tools/tool.ts';
import { campaignSummary } from './campaign-summary.ts';
import { compositeInput, fieldOf } from './composite-input.ts';
import type { Lead } from './lead-batches.ts';
import { type ImportPlan, planImport, runImport } from './lead-import.ts';

const name = 'import_leads';

const input = compositeInput(name, {
  fields: [
    fieldOf('campaigns/add-leads', 'campaign_id'),
    leadsField(),
    importSettingsField(),
    { name: 'start_at', type: 'integer', required: false, min: 0 },
  ],
  isRisky: true,
  itemsCheckedElsewhere: ['leads'],
  unpublished: ['import_settings.return_lead_ids'],
  descriptions: { start_at: 'Row to begin with (first is 0), to go on after a stop' },
});

/** The list of leads as tools of many steps take it: any number, each as `campaigns/add-leads` takes it. */
export function leadsField({ required = true } = {}) {
  const { maxItems: _limitOfOneRequest, ...list } = fieldOf('campaigns/add-leads', 'lead_list');
  return { ...list, name: 'leads', required, minItems: 1 };
}

/** Which protections an import shall leave out. */
export function importSettingsField() {
  return { ...fieldOf('campaigns/add-leads', 'settings'), name: 'import_settings' };
}

/** The tool that adds any number of leads to a campaign. */
export function createImportLeadsTool(caller: OperationCaller): Tool {
  const steps = createOperationSteps(caller);
  const plan = (callArguments: CallArguments): Promise<ImportPlan> =>
    planImport(steps, {
      leads: callArguments.leads as Lead[],
      settings: callArguments.import_settings,
      startAt: (callArguments.start_at as number | undefined) ?? 0,
    });
  return {
    definition: {
      name,
      description:
        'Add any number of leads to a campaign. Checks all rows first; if a request fails, says which rows are in and how to go on.',
      inputSchema: input.schema,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    toolset: 'leads',
    administrative: false,
    effects: () => ['write', 'sends_email'],
    madeOf: () => [toolName('campaigns/add-leads')],
    async check(callArguments) {
      await input.check(callArguments);
      await plan(callArguments);
    },
    async consequence(callArguments, context) {
      const { batches } = await plan(callArguments);
      const recipients = batches.reduce((sum, { leads }) => sum + leads.length, 0);
      const campaign = await campaignSummary(steps, callArguments.campaign_id as number, context);
      return {
        summary: `add ${count(recipients, 'lead')} to ${campaign}, which mails them on its schedule while it is active`,
        recipients,
      };
    },
    async run(callArguments, context) {
      const planned = await plan(callArguments);
      const total = planned.batches.reduce((sum, { leads }) => sum + leads.length, 0);
      const report = await runImport(steps, planned, {
        campaignId: callArguments.campaign_id as number,
        context,
        onBatch: (_, rowsSent) => context.progress(rowsSent, total, `${rowsSent} of ${total} leads sent`),
      });
      const structured = { campaignId: callArguments.campaign_id, ...report };
      return { structured, ...(report.stopped === undefined ? {} : { isError: true }) };
    },
  };
}
