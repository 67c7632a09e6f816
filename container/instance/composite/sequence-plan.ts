import type { FieldShape } from '../catalogue/operation.ts';
import type { ArgumentIssue } from '../smartlead/smartlead-error.ts';

/** One mail of a campaign as a caller describes it. An empty subject continues the thread of the mail before. */
export interface SequenceStep {
  subject?: string;
  email_body?: string;
  /** Days after the mail before; 0 for the first where it is left out. */
  delay_in_days?: number;
  /** Versions that are tried against each other in place of subject and body. */
  variants?: readonly { subject: string; email_body: string; percentage?: number }[];
}

const text = (name: string, required = false): FieldShape => ({ name, type: 'string', required });

export const sequencesField: FieldShape = {
  name: 'sequences',
  type: 'array',
  required: false,
  minItems: 1,
  maxItems: 20,
  items: {
    type: 'object',
    properties: [
      text('subject'),
      text('email_body'),
      { name: 'delay_in_days', type: 'integer', required: false, min: 0, max: 365 },
      {
        name: 'variants',
        type: 'array',
        required: false,
        minItems: 2,
        maxItems: 26,
        items: {
          type: 'object',
          properties: [
            text('subject', true),
            text('email_body', true),
            { name: 'percentage', type: 'integer', required: false, min: 0, max: 100 },
          ],
        },
      },
    ],
  },
};

/** What the shape of the steps does not say. */
export function sequenceIssues(sequence: readonly SequenceStep[]): ArgumentIssue[] {
  return sequence.flatMap((step, index) => {
    const path = `sequences[${index}]`;
    const issues: ArgumentIssue[] = [];
    const { variants } = step;
    if (variants === undefined && !step.email_body) issues.push({ path, message: 'needs email_body or variants' });
    if (variants !== undefined && (step.email_body !== undefined || step.subject !== undefined))
      issues.push({ path, message: 'has variants, so subject and email_body belong into each of them' });
    if (index === 0 && variants === undefined && !step.subject)
      issues.push({ path, message: 'is the first mail and needs a subject' });
    if (index > 0 && step.delay_in_days === undefined)
      issues.push({ path: `${path}.delay_in_days`, message: 'is required after the first mail' });
    if (variants !== undefined && !sharesAreRight(variants))
      issues.push({ path: `${path}.variants`, message: 'must have percentage in all of them, adding up to 100, or in none' });
    return issues;
  });
}

/** The steps as `campaigns/update-sequences` takes them. `id: null` marks a new step; some accounts refuse it when it is left out. */
export function sequenceRequest(sequence: readonly SequenceStep[]): Record<string, unknown>[] {
  return sequence.map((step, index) => ({
    id: null,
    seq_number: index + 1,
    seq_delay_details: { delay_in_days: step.delay_in_days ?? 0 },
    ...(step.variants === undefined
      ? { subject: step.subject ?? '', email_body: step.email_body }
      : {
          variant_distribution_type: step.variants[0]?.percentage === undefined ? 'MANUAL_EQUAL' : 'MANUAL_PERCENTAGE',
          seq_variants: step.variants.map(({ percentage, ...variant }, position) => ({
            ...variant,
            variant_label: String.fromCharCode('A'.charCodeAt(0) + position),
            ...(percentage === undefined ? {} : { variant_distribution_percentage: percentage }),
          })),
        }),
  }));
}

/** Whether a campaign's steps, as `campaigns/get-sequences` answers them, are the given ones. */
export function sameSequence(existing: readonly Record<string, unknown>[], sequence: readonly SequenceStep[]): boolean {
  if (existing.length !== sequence.length) return false;
  const ordered = [...existing].sort((one, other) => Number(one.seq_number) - Number(other.seq_number));
  return sequence.every((step, index) => {
    const found = ordered[index];
    const variants = Array.isArray(found?.sequence_variants) ? (found.sequence_variants as Record<string, unknown>[]) : [];
    if (step.variants === undefined)
      return variants.length <= 1 && found?.subject === (step.subject ?? '') && found.email_body === step.email_body;
    return (
      variants.length === step.variants.length &&
      step.variants.every(
        (variant, position) =>
          variants[position]?.subject === variant.subject && variants[position].email_body === variant.email_body,
      )
    );
  });
}

function sharesAreRight(variants: readonly { percentage?: number }[]): boolean {
  const shares = variants.flatMap(({ percentage }) => (percentage === undefined ? [] : [percentage]));
  if (shares.length === 0) return true;
  return shares.length === variants.length && shares.reduce((sum, share) => sum + share, 0) === 100;
}
