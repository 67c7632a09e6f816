import { createIdentifier } from '../../core/identifiers.ts';
import { ProblemError } from '../../core/problem.ts';
import type { AccountRelinking, AccountStore, AuditStore, Clock, Identity, Membership, User } from '../ports.ts';
import { newAccount, normalizeEmail } from './accounts.ts';

export interface EnsureAccountPorts {
  accounts: Pick<AccountStore, 'createAccount' | 'findMembership'>;
  audit: Pick<AuditStore, 'append'>;
  clock: Clock;
  /**
   * Set where an earlier user pool was lost for good, and with it the identifiers of its people. An account from before this time, when the
   * present pool was made, can only be of that pool; so whoever proves its e-mail address to the present one gets it. Accounts of the
   * present pool, whose people may have left an address to somebody else, are never given to anybody. Only where nobody can sign up by
   * themselves: a proof by whoever did not choose the password is one for whoever did.
   */
  relinking?: { accounts: AccountRelinking; before: string };
  /** Told where the audit entry could not be written; the account is there all the same. */
  report(incident: { message: string; cause: unknown }): void;
}

/**
 * Makes the account of somebody whom the identity provider has let in, with its workspace, unless it is there. Can be called any number
 * of times, also at once. Whether somebody may sign up is for the provider to decide: where sign-ups are closed, it knows only whom an
 * operator has invited.
 *
 * Rejects with ProblemError `not-allowed` where the e-mail address is not confirmed, or another account has it that is not to be relinked.
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
    const relinked = await relinkAccount(ports, person);
    if (relinked !== undefined) return relinked;
    throw new ProblemError('not-allowed', {
      detail: 'Another account has your e-mail address already, from an earlier sign-up. Write to the operator of this service.',
      cause: error,
    });
  }
  await record(ports, membership, 'account.sign-up', { email: membership.user.email });
  return membership;
}

/** To be called only where the address is proved to be the person's. */
async function relinkAccount(
  ports: EnsureAccountPorts,
  person: Pick<User, 'id' | 'email' | 'name'>,
): Promise<Membership | undefined> {
  const { accounts, clock, relinking } = ports;
  if (relinking === undefined) return undefined;
  const { before } = relinking;
  const relinked = await relinking.accounts.relink(person, { before, now: clock.now().toISOString() });
  // Where it was not given away, a rival of the same person may have got it a moment ago.
  const membership = await accounts.findMembership(person.id);
  if (relinked !== undefined && membership !== undefined) {
    await record(ports, membership, 'account.relink', { email: person.email, previousUserId: relinked.userId });
  }
  return membership;
}

async function record(
  { audit, clock, report }: EnsureAccountPorts,
  { user, workspace }: Membership,
  action: string,
  details: Record<string, string>,
): Promise<void> {
  const now = clock.now();
  try {
    await audit.append({
      id: createIdentifier('audit', now.getTime()),
      workspaceId: workspace.id,
      time: now.toISOString(),
      actor: `user:${user.id}`,
      action,
      target: user.id,
      address: null,
      outcome: 'success',
      details,
    });
  } catch (cause) {
    report({ message: `The entry ${action} of ${user.id} could not be written to the audit trail.`, cause });
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
