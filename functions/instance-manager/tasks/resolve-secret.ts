import type { SecretReference } from '../../ports.ts';
import { KeyMissing, KeyRefused, OperationOvertaken } from '../lifecycle-errors.ts';
import { isWanted } from './launch-fence.ts';
import { defineTask } from './task.ts';

/**
 * Finds the version of the Smartlead key to launch with and makes sure that it can be opened. A key that Smartlead is known to
 * refuse is asked about again first, so that an instance with a dead key ends `unauthenticated` instead of in a crash loop, and
 * comes back when the account is open again. Passes on the reference, never the key.
 */
export const resolveSecret = defineTask('ResolveSecret', async (ports, state): Promise<SecretReference> => {
  const instance = await ports.instances.findById(state.instanceId);
  if (!isWanted(instance, state)) throw new OperationOvertaken();
  const key = await ports.keys.find(instance.workspaceId, instance.keyId);
  if (!key) throw new KeyMissing();
  const apiKey = await ports.secrets.get(key.secret);
  if (key.status === 'refused') {
    const answer = await ports.keyChecker.check(apiKey);
    if (answer === 'refused') throw new KeyRefused();
    if (answer === 'accepted') await ports.keys.update(instance.workspaceId, key.id, { status: 'valid' });
  }
  return { name: key.secret.name, version: key.secret.version };
});
