import type { PolicySwitch } from '../../../core/policy.ts';
import type { Effect } from '../catalogue/operation.ts';
import type { CallContext, ConfirmationQuestion } from '../features/mcp-features.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';
import type { Consequence } from '../tools/tool.ts';
import { confirmedSwitches } from './decide.ts';

export interface CallToConfirm {
  effects: readonly Effect[];
  /** What the caller gave as `confirm`. */
  confirm?: string | undefined;
  /** Counts what the call will do; asked at most once. */
  consequence(): Promise<Consequence>;
}

/**
 * Sees to it that somebody has agreed to a call that sends, destroys or spends. The right `confirm` text always counts, so that a
 * workflow can carry it; else a person is asked through the protocol where that works, and by a refusal where it does not.
 * @returns The question to ask, or undefined where the call may be made.
 * @throws SmartleadError `declined` or `confirmation_required`
 */
export async function confirmCall(
  { effects, confirm, consequence }: CallToConfirm,
  { asks, confirmation }: Pick<CallContext, 'asks' | 'confirmation'>,
): Promise<ConfirmationQuestion | undefined> {
  const kinds = confirmedSwitches(effects);
  if (asks === 'protocol' && confirmation === 'declined') throw new SmartleadError('declined', 'The user declined this call.');
  if (asks === 'protocol' && confirmation === 'accepted') return undefined;
  const { summary } = await consequence();
  const expected = confirmText(kinds, summary);
  if (confirm === expected) return undefined;
  if (asks === 'protocol') return { message: `This will ${summary}. ${warning(kinds)}` };
  throw new SmartleadError('confirmation_required', refusalMessage(summary, kinds, confirm), { confirm: expected });
}

/** The text that stands for having read what will happen, such as `send: add 120 leads to campaign 7`. */
export function confirmText(kinds: readonly PolicySwitch[], summary: string): string {
  return `${kinds.join(', ')}: ${summary}`;
}

const warnings: Partial<Record<PolicySwitch, string>> = {
  send: 'Mail leaves because of it, at once or by the schedule.',
  destroy: 'It cannot be undone.',
  spend: 'It costs credits or money.',
};

function warning(kinds: readonly PolicySwitch[]): string {
  return kinds.map((kind) => warnings[kind]).join(' ');
}

function refusalMessage(summary: string, kinds: readonly PolicySwitch[], confirm: string | undefined): string {
  const given = confirm === undefined ? '' : 'The given confirm text does not say what would happen now. ';
  return `${given}This will ${summary}. ${warning(kinds)}`;
}
