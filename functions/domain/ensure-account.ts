import { createIdentifier } from '../../core/identifiers.ts';
import { ProblemError } from '../../core/problem.ts';
import type { AccountStore, AuditStore, Clock, Identity, Membership } from '../ports.ts';
import { newAccount, normalizeEmail } from './accounts.ts';

export interface EnsureAccountPorts {
  accounts: Pick<AccountStore, 'createAccount' | 'findMembership'>;
  audit: Pick<AuditStore, 'append'>;
  clock: Clock;
  /** Told where the audit entry could not be written; the account is there all the same. */
  report(incident: { message: string; cause: unknown }): void;
}

/**
 * Makes the account of somebody whom the identity provider has let in, with its workspace, unless it is there. Can be called any number
 * of times, also at once. Whether somebody may sign up is for the provider to decide: where sign-ups are closed, it knows only whom an
 * operator has invited.
 *
 * Rejects with ProblemError `not-allowed` where the e-mail address is not confirmed, or another account has it.
 */
export async function ensureAccount(ports: EnsureAccountPorts, identity: Identity): Promise<Membership> {
  const { accounts, clock } = ports;
  const { userId, emailVerified } = identity;
  const present = await accounts.findMembership(userId);
  if (present !== undefined) return present;
  if (!emailVerified) throw new ProblemError('not-allowed', { detail: 'Confirm your e-mail address first, then sign in again.' });
  const person = { id: userId, email: normalizeEmail(identity.email), name: lineOf(identity.name) };
  let membership: Membership;
  try {
    // The password is the provider's.
    membership = await accounts.createAccount({ ...newAccount(person, clock.now()), passwordHash: '', signUpsOpen: true });
  } catch (error) {
    if (!(error instanceof ProblemError && error.type === 'already-exists')) throw error;
    const made = await accounts.findMembership(userId);
    if (made !== undefined) return made;
    throw new ProblemError('not-allowed', {
      detail: 'Another account has your e-mail address already, from an earlier sign-up. Write to the operator of this service.',
      cause: error,
    });
  }
  await recordSignUp(ports, membership);
  return membership;
}

async function recordSignUp({ audit, clock, report }: EnsureAccountPorts, { user, workspace }: Membership): Promise<void> {
  const now = clock.now();
  try {
    await audit.append({
      id: createIdentifier('audit', now.getTime()),
      workspaceId: workspace.id,
      time: now.toISOString(),
      actor: `user:${user.id}`,
      action: 'account.sign-up',
      target: user.id,
      address: null,
      outcome: 'success',
      details: { email: user.email },
    });
  } catch (cause) {
    report({ message: `The sign-up of ${user.id} could not be recorded in the audit trail.`, cause });
  }
}

/** Names as everywhere: one line, of 80 characters at most. A provider takes anything. */
function lineOf(name: string | null): string | null {
  const line = (name ?? '')
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  return line === '' ? null : [...line].slice(0, 80).join('').trim();
}
