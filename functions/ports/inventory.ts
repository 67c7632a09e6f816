import type { SecretReference } from './keys-and-secrets.ts';

/** A sealed secret as the store holds it, without what is sealed. */
export interface StoredSecret extends SecretReference {
  createdAt: string;
}

/** A Smartlead key and what it refers to. */
export interface StoredKey {
  id: string;
  workspaceId: string;
  /** Whether the workspace exists. */
  hasWorkspace: boolean;
  secret: SecretReference;
}

/** What is stored besides instances, and has to belong to something: one list a kind, whatever the number of instances. */
export interface StoredResources {
  keys: StoredKey[];
  /** The sealed Smartlead keys, in all their versions. */
  secrets: StoredSecret[];
  /** How many tokens of clients there are, by instance. */
  tokens: { instanceId: string; count: number }[];
}

/** Knows what is stored, and clears away what belongs to nothing. */
export interface ResourceInventory {
  read(): Promise<StoredResources>;
  /**
   * Deletes those of these sealed Smartlead keys that no key refers to now and that are over an hour old, so that none is about to; and
   * tokens of instances that do not exist. Answers how many went.
   */
  deleteOrphans(secrets: readonly StoredSecret[]): Promise<number>;
}
