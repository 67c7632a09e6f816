import type { Credentials, SignInStep } from './auth-client.ts';

/** A second factor that is about to be turned on. */
export interface SecondFactorSetup {
  /** Base32, as authenticator apps take it by hand. */
  secret: string;
  /** The same as an `otpauth:` URI for a QR code. */
  uri: string;
}

/** What people do about their accounts by themselves. Every method rejects with ApiProblem; a wrong code is its field `code`. */
export interface AccountSelfService {
  /** Whether the password that goes with the address was typed a moment ago. It is kept in memory alone. */
  remembersPassword(email: string): boolean;
  /**
   * Takes the code that was mailed at sign-up, and signs in at once, with the password that is remembered or the one given. The code
   * proves only whose the address is: anybody may have signed it up, so `other-password` is answered where the password is not theirs.
   */
  confirmAddress(account: { email: string; password?: string }, code: string): Promise<SignInStep>;
  sendAddressCode(email: string): Promise<void>;
  /** Answers the question for the second factor, once `signIn` has asked it. */
  answerSecondFactor(code: string): Promise<SignInStep>;
  /** Replaces the password that somebody else has chosen, once `signIn` has asked for that. */
  chooseFirstPassword(password: string): Promise<SignInStep>;
  /** Mails a code to the address, if there is such an account; does not tell whether there is. */
  sendPasswordCode(email: string): Promise<void>;
  /** Replaces the password, ends every session that began with the one before, and signs in. */
  resetPassword(credentials: Credentials, code: string): Promise<SignInStep>;

  hasSecondFactor(): Promise<boolean>;
  beginSecondFactor(): Promise<SecondFactorSetup>;
  /** Turns it on, after the first code has proved that the app has the secret. */
  turnOnSecondFactor(code: string): Promise<void>;
  /** Turns it off. Asks for both proofs again: a machine that was left open is not enough. */
  turnOffSecondFactor(password: string, code: string): Promise<void>;
  changePassword(current: string, next: string): Promise<void>;
  /** Ends every session of the account, this one too. Other machines notice when their access tokens expire. */
  signOutEverywhere(): Promise<void>;
}
