import type { Effect, Operation } from '../catalogue/operation.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** Reads whose only secret is a mailbox password, and passwords are taken out of every answer. */
const readsWithPasswordsRemoved = new Set(['campaigns/get-email-accounts', 'email-accounts/get-all', 'email-accounts/get-by-id']);

/** What each status does that a campaign can be set to. The words are those Smartlead writes and those it reads back. */
const effectsOfStatus: Record<string, readonly Effect[]> = {
  START: ['write', 'sends_email'],
  ACTIVE: ['write', 'sends_email'],
  PAUSED: ['write'],
  STOPPED: ['write', 'destructive'],
};

/**
 * What a call of the operation can do with these arguments, which may be less than the operation can do with others.
 * @param callArguments Arguments by name. They need not be valid: what cannot be read counts as the worst it might be.
 */
export function operationEffects(operation: Operation, callArguments: Arguments): readonly Effect[] {
  if (operation.id === 'campaigns/update-status') {
    const { status } = callArguments;
    return (typeof status === 'string' && Object.hasOwn(effectsOfStatus, status) && effectsOfStatus[status]) || operation.effects;
  }
  if (readsWithPasswordsRemoved.has(operation.id)) return withoutEffect(operation, 'returns_secret');
  if (operation.effects.includes('takes_secret') && !canCarrySecret(operation, callArguments)) {
    return withoutEffect(operation, 'takes_secret');
  }
  return operation.effects;
}

/** Whether a secret is required, or one of the optional ones is given. */
function canCarrySecret({ params }: Operation, callArguments: Arguments): boolean {
  return params.some(({ name, secret, required }) => secret === true && (required || callArguments[name] !== undefined));
}

function withoutEffect({ effects }: Operation, removed: Effect): Effect[] {
  return effects.filter((effect) => effect !== removed);
}
