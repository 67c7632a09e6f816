import type { PolicySwitch } from '../../../core/policy.ts';
import type { Effect } from '../catalogue/operation.ts';
import type { CallContext, ConfirmationQuestion } from '../features/mcp-features.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';
import type { Consequence } from './consequence.ts';
import { confirmedSwitches } from './decide.ts';

export interface CallToConfirm {
  effects: readonly Effect[];
  /** What the caller gave as `confirm`. */
  confirm?: string | undefined;
  /** Counts what the call would do now, or knows it from a moment ago; asked at most once. */
  consequence(): Promise<Consequence>;
}

/**
 * Sees to it that somebody has agreed to a call that sends, destroys or spends. A person is asked through the protocol where that
 * works; the `confirm` text counts only where it does not, because a model can guess it without anybody having read it.
 * What was agreed to is what would have happened then: where it is something else by now, such as more leads, the question comes again.
 * @returns The question to ask, or undefined where the call may be made.
 * @throws SmartleadError `declined` or `confirmation_required`
 */
export async function confirmCall(
  { effects, confirm, consequence }: CallToConfirm,
  { asks, confirmation }: Pick<CallContext, 'asks' | 'confirmation'>,
): Promise<ConfirmationQuestion | undefined> {
  const kinds = confirmedSwitches(effects);
  if (asks === 'protocol' && confirmation?.answer === 'declined') {
    throw new SmartleadError('declined', 'The user declined this call.');
  }
  const { summary } = await consequence();
  const unanswered = confirmation?.answer === 'unanswered';
  if (asks === 'protocol' && !unanswered) {
    const message = `This will ${summary}. ${warning(kinds)}`;
    return confirmation?.message === message ? undefined : { message };
  }
  const expected = confirmText(kinds, summary);
  if (unanswered) {
    // The confirm text of this very call is older than the question, so nobody can have meant it as the answer.
    const message = `The user was asked in their client, and nobody answered in time. ${refusalMessage(summary, kinds, undefined)}`;
    throw new SmartleadError('confirmation_required', message, { confirm: expected });
  }
  if (confirm === expected) return undefined;
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
