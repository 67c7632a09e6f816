import type { ToneName } from '../../components/status-pill.tsx';

interface OutcomeWords {
  title: string;
  tone: ToneName;
  /** What it means, where the title does not say it all. */
  text?: string;
}

/** How a call ended, by its stable code, in words of a customer. Amber is what settings or people did; red is what went wrong. */
const words: Record<string, OutcomeWords> = {
  ok: { title: 'OK', tone: 'good' },
  not_allowed: {
    title: 'Not allowed',
    tone: 'caution',
    text: 'The permissions or tool lists of the instance forbid it. Nothing was sent.',
  },
  confirmation_required: {
    title: 'Asked for confirmation',
    tone: 'accent',
    text: 'Nothing was sent. The client has to confirm what will happen.',
  },
  declined: { title: 'Declined', tone: 'none', text: 'A person said no when asked. Nothing was sent.' },
  outcome_unknown: {
    title: 'Outcome unknown',
    tone: 'caution',
    text: 'It was sent, but Smartlead’s answer was lost. Look at Smartlead before it is done again.',
  },
  cancelled: { title: 'Cancelled', tone: 'none', text: 'The client gave up the call.' },
  invalid_arguments: { title: 'Wrong arguments', tone: 'bad', text: 'The client called the tool with values it does not take.' },
  smartlead_key_refused: { title: 'Key refused', tone: 'bad', text: 'Smartlead refuses the API key.' },
  smartlead_forbidden: { title: 'No access', tone: 'bad', text: 'The key or the Smartlead plan does not include this.' },
  smartlead_not_found: { title: 'Not found', tone: 'bad', text: 'Smartlead has nothing with this id.' },
  smartlead_invalid_request: { title: 'Not accepted', tone: 'bad', text: 'Smartlead does not accept these values.' },
  smartlead_conflict: { title: 'Conflict', tone: 'bad', text: 'The present state at Smartlead does not allow it.' },
  smartlead_refused: { title: 'Refused by Smartlead', tone: 'bad' },
  smartlead_rate_limited: { title: 'Rate limited', tone: 'bad', text: 'Smartlead said that there were too many calls.' },
  rate_limit_queue_full: {
    title: 'Too many waiting',
    tone: 'bad',
    text: 'Too many calls waited for the rate limit already. Nothing was sent.',
  },
  smartlead_failed: { title: 'Failed at Smartlead', tone: 'bad' },
  smartlead_unavailable: { title: 'Smartlead is down', tone: 'bad' },
  smartlead_unreachable: { title: 'Smartlead not reached', tone: 'bad' },
  smartlead_timeout: { title: 'Too slow', tone: 'bad', text: 'Smartlead did not answer in time.' },
  smartlead_unexpected_answer: { title: 'Odd answer', tone: 'bad', text: 'Smartlead answered something that makes no sense.' },
  answer_too_large: { title: 'Answer too large', tone: 'bad' },
  internal_error: { title: 'Fault of the instance', tone: 'bad', text: 'Tell your operator the time of the call.' },
};

/** Words for an outcome; a code of a newer release is shown as it is. */
export function outcomeWords(outcome: string): OutcomeWords {
  return words[outcome] ?? { title: outcome.replaceAll('_', ' '), tone: 'bad' };
}

/** Every outcome that is known, to choose from. */
export const outcomeChoices = Object.entries(words).map(([value, { title }]) => ({ value, label: title }));
