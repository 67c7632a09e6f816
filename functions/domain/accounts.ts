import { createIdentifier } from '../../core/identifiers.ts';
import type { User, Workspace } from '../ports.ts';

/** The form in which an e-mail address is stored and compared: addresses that differ only in case name one account. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** Lengths of a password in characters. The upper limit keeps a huge text from costing a huge hash. */
export const passwordLength = { minimum: 10, maximum: 200 } as const;

/**
 * Why a password is refused, or `undefined`. Length is what counts (NIST SP 800-63B-4 section 3.1.1.2 advises against rules about
 * character classes); a password that repeats the address is as good as published.
 */
export function passwordRefusal(password: string, email: string): string | undefined {
  if (password.toLowerCase() === normalizeEmail(email)) return 'must not be the e-mail address';
  return undefined;
}

/** Name of the workspace that a sign-up creates. At most 80 characters, like every name. */
export function firstWorkspaceName(account: { email: string; name: string | null }): string {
  const owner = account.name ?? account.email.slice(0, account.email.lastIndexOf('@'));
  const ending = "'s workspace";
  return [...owner].slice(0, 80 - ending.length).join('') + ending;
}

/** Somebody who signs up, and the workspace that they own from then on. */
export function newAccount(
  person: Pick<User, 'id' | 'email' | 'name'>,
  now: Date,
): { user: Omit<User, 'operator'>; workspace: Workspace } {
  const createdAt = now.toISOString();
  const { id, email, name } = person;
  return {
    user: { id, email, name, createdAt },
    workspace: { id: createIdentifier('workspace', now.getTime()), name: firstWorkspaceName(person), createdAt },
  };
}
