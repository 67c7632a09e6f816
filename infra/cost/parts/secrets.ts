import { fixedNumbers, sweeps } from '../behaviour.ts';
import { secondsOfMonth } from '../load.ts';
import type { Item, Situation } from '../situation.ts';

/** Secrets that Secrets Manager lists in an answer. */
const listedAtOnce = 100;
/** Password of the database's first user, which RDS keeps there itself. */
const databaseSecret = 1;

/** Smartlead keys in use, the platform's own secrets, and what encrypts all of it. Keys at rest lie in the table. */
export function secrets({ load }: Situation): Item[] {
  const ofPlatform = fixedNumbers.platformSecrets + databaseSecret;
  // Everything is compared with the list of secrets, and each start fetches one.
  const rounds = sweeps
    .filter(({ listsSecrets }) => listsSecrets)
    .reduce((sum, { pauseSeconds }) => sum + secondsOfMonth / pauseSeconds, 0);
  const lists = rounds * Math.max(1, load.keysInUse / listedAtOnce);
  // A start reads its key; one that was archived is opened by KMS.
  const keyReads = 2 * load.wakes;
  return [
    { part: 'secrets and keys', what: 'Smartlead keys in use', price: 'secret', quantity: load.keysInUse },
    { part: 'secrets and keys', what: 'secrets of the platform', price: 'secret', quantity: ofPlatform },
    { part: 'secrets and keys', what: 'lists of secrets', price: 'secretRequest', quantity: lists },
    { part: 'secrets and keys', what: 'keys read', price: 'secretRequest', quantity: keyReads },
    { part: 'secrets and keys', what: 'encryption keys', price: 'encryptionKey', quantity: fixedNumbers.encryptionKeys },
    { part: 'secrets and keys', what: 'encryption', price: 'encryptionRequest', quantity: keyReads + secondsOfMonth / 60 },
  ];
}
