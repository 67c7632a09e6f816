import type { CallArguments } from '../catalogue/call-arguments.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';

/** What a caller says about the call itself, beside the arguments of the tool. */
export interface Steering {
  /** The text that a refusal for want of confirmation asked to repeat. */
  confirm?: string;
  /** Whether a write shall be sent even though the same one was sent within the last minutes. */
  repeat: boolean;
}

/**
 * Parts the arguments that steer a call from those of the tool. Booleans may come as text, as some clients send all values so.
 * @throws SmartleadError `invalid_arguments`
 */
export function takeSteering(callArguments: CallArguments): { steering: Steering; toolArguments: CallArguments } {
  const { confirm, repeat } = callArguments;
  if (confirm === undefined && repeat === undefined) return { steering: { repeat: false }, toolArguments: callArguments };
  const { confirm: _confirm, repeat: _repeat, ...toolArguments } = callArguments;
  return {
    steering: { ...(confirm === undefined || confirm === null ? {} : { confirm: readText(confirm) }), repeat: readFlag(repeat) },
    toolArguments,
  };
}

function readText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw wrong('confirm', 'must be the exact text that the refusal asked to repeat');
}

function readFlag(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 'false') return false;
  if (value === true || value === 'true') return true;
  throw wrong('repeat', 'must be true or false');
}

function wrong(path: string, message: string): SmartleadError {
  return new SmartleadError('invalid_arguments', `${path} ${message}.`, { issues: [{ path, message }] });
}
