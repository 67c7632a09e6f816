import { ApiProblem, fieldMessage } from '../../api/problem.ts';

/** What to say at the key field: what is wrong with the input, or that Smartlead refused the key. */
export function keyFieldMessage(error: unknown): string | undefined {
  const message = fieldMessage(error, 'apiKey');
  if (!(error instanceof ApiProblem) || error.type !== 'smartlead-key-refused') return message;
  return [`${error.title}.`, error.detail ?? message].filter(Boolean).join(' ');
}
