import { type Fields, timestamp } from '../fields.ts';
import { campaignOf, type OperationHandlers } from '../operation-handler.ts';
import { invalid, notPossible } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import type { Campaign, SequenceStep, SequenceVariant } from '../state/campaign.ts';

const maximumSteps = 20;

export const sequenceOperations: OperationHandlers = {
  'campaigns/get-sequences': (call) => campaignOf(call).sequence.map((step) => stepRow(campaignOf(call), step)),

  // The list sent is the whole list: steps left out of it are removed.
  'campaigns/update-sequences': (call) => {
    const campaign = campaignOf(call);
    if (campaign.status === 'ACTIVE')
      throw notPossible('Sequences cannot be changed while the campaign is active. Pause it first.');
    const sent = call.body.objects('sequences');
    if (sent.length > maximumSteps)
      throw invalid(`"sequences" must contain less than or equal to ${maximumSteps} items`, 'body', ['sequences']);
    const steps = sent.map((fields, index) => stepFrom(call.account, campaign, fields, index, call.now));
    if (new Set(steps.map((step) => step.number)).size !== steps.length)
      throw invalid('"sequences" contains a duplicate seq_number', 'body', ['sequences']);
    campaign.sequence = steps.sort((one, other) => one.number - other.number);
    campaign.updatedAt = call.now;
    return { ok: true, data: { sequences: campaign.sequence.map((step) => ({ id: step.id, seqNumber: step.number })) } };
  },
};

function stepFrom(account: Account, campaign: Campaign, fields: Fields, index: number, now: number): SequenceStep {
  const variants = fields.objects('seq_variants').map((variant) => variantFrom(account, variant));
  const body = fields.optionalText('email_body');
  if (body === undefined && variants.length === 0)
    throw invalid(`"sequences[${index}].email_body" is required`, 'body', [`sequences[${index}].email_body`]);
  const id = fields.optionalNumber('id');
  const previous = campaign.sequence.find((step) => step.id === id);
  if (id !== undefined && previous === undefined) throw notPossible(`Sequence not found - Invalid id ${id}.`);
  return {
    id: previous?.id ?? account.nextIdentifier(),
    number: fields.number('seq_number'),
    delayInDays: fields.object('seq_delay_details')?.number('delay_in_days') ?? 0,
    subject: fields.optionalText('subject') ?? variants[0]?.subject ?? '',
    body: body ?? variants[0]?.body ?? '',
    variants,
    createdAt: previous?.createdAt ?? now,
    updatedAt: now,
  };
}

function variantFrom(account: Account, fields: Fields): SequenceVariant {
  return {
    id: fields.optionalNumber('id') ?? account.nextIdentifier(),
    label: fields.text('variant_label'),
    subject: fields.text('subject'),
    body: fields.text('email_body'),
    distributionPercentage: fields.optionalNumber('variant_distribution_percentage') ?? null,
  };
}

function stepRow(campaign: Campaign, step: SequenceStep) {
  return {
    id: step.id,
    created_at: timestamp(step.createdAt),
    updated_at: timestamp(step.updatedAt),
    email_campaign_id: campaign.id,
    seq_number: step.number,
    // Written as delay_in_days, read as delayInDays.
    seq_delay_details: { delayInDays: step.delayInDays },
    subject: step.subject,
    email_body: step.body,
    sequence_variants: step.variants.map((variant) => ({
      id: variant.id,
      variant_label: variant.label,
      subject: variant.subject,
      email_body: variant.body,
      variant_distribution_percentage: variant.distributionPercentage,
    })),
  };
}
