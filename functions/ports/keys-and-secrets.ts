import type { StoredSecret } from './inventory.ts';
import type { Page, PageRequest } from './time-and-pages.ts';

export interface SmartleadKey {
  id: string;
  workspaceId: string;
  label: string;
  last4: string;
  status: 'valid' | 'refused';
  /** Where the sealed key lies; every rotation makes a new version. */
  secret: SecretReference;
  createdAt: string;
  rotatedAt: string | null;
}

export interface KeyStore {
  /** Rejects with ProblemError `limit-reached` where the workspace has as many keys as the limit already. */
  create(key: SmartleadKey, limit?: number): Promise<void>;
  find(workspaceId: string, keyId: string): Promise<SmartleadKey | undefined>;
  list(workspaceId: string, page: PageRequest): Promise<Page<SmartleadKey>>;
  /**
   * Never takes a key back to an older version of its secret, which may be deleted already: rejects with ProblemError `conflict`
   * where another rotation was faster.
   */
  update(
    workspaceId: string,
    keyId: string,
    change: Partial<Pick<SmartleadKey, 'label' | 'last4' | 'status' | 'secret' | 'rotatedAt'>>,
  ): Promise<SmartleadKey | undefined>;
  /** Answers whether there was one. May reject with ProblemError `in-use` where an instance came to use it meanwhile. */
  delete(workspaceId: string, keyId: string): Promise<boolean>;
}

export interface SecretReference {
  name: string;
  version: number;
}

/** Keeps secrets sealed. The name is derived from what it belongs to, so a crash between two steps leaves nothing nameless. */
export interface SecretStore {
  put(name: string, value: string): Promise<SecretReference>;
  /** The exact version asked for, never a stale one. Rejects where it does not exist. */
  get(reference: SecretReference): Promise<string>;
  /** Deletes all versions; no error where there are none. */
  delete(name: string): Promise<void>;
  /** Deletes the versions of the name that are older than this one. */
  deleteVersionsBefore(reference: SecretReference): Promise<void>;
  list(): Promise<string[]>;
}

/** Where a Smartlead key lies in Secrets Manager, for task definitions: Fargate fetches it there before the container starts. */
export interface KeySecretLocator {
  /** Brings a key back there first that is not, such as one that was archived. Rejects where the version does not exist. */
  locate(reference: SecretReference): Promise<{ arn: string; versionId: string }>;
}

/** Where secrets are put by that nobody uses at present, because keeping one ready for use is paid for by the month. */
export interface IdleSecretArchive {
  /** All versions of secrets that are kept ready for use. Some minutes late. */
  listInUse(): Promise<StoredSecret[]>;
  /**
   * Puts all versions of a secret by; they are found as before, a little slower. No error where there is none. Can be called again
   * after it was interrupted.
   */
  archive(name: string): Promise<void>;
}

/** Checks a Smartlead key with one cheap read. */
export interface SmartleadKeyChecker {
  check(apiKey: string): Promise<'accepted' | 'refused' | 'unreachable'>;
}
