import type { SecretReference, SmartleadKey } from '../../ports.ts';
import { recordKeyStatus } from '../key-status.ts';
import { KeyMissing, KeyRefused, OperationOvertaken } from '../lifecycle-errors.ts';
import type { LifecyclePorts } from '../lifecycle-ports.ts';
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
  const { workspaceId, keyId } = instance;
  const found = await ports.keys.find(workspaceId, keyId);
  if (found?.status === 'refused') await askAgain(ports, found);
  const key = found?.status === 'refused' ? await ports.keys.find(workspaceId, keyId) : found;
  if (!key) throw new KeyMissing();
  await ports.secrets.get(key.secret);
  return { name: key.secret.name, version: key.secret.version };
});

/** Throws KeyRefused where Smartlead still refuses the key and nobody rotated it meanwhile. */
async function askAgain({ keys, keyChecker, secrets }: LifecyclePorts, key: SmartleadKey): Promise<void> {
  const answer = await keyChecker.check(await secrets.get(key.secret));
  if (answer === 'unreachable') return;
  const asked = { workspaceId: key.workspaceId, id: key.id, version: key.secret.version };
  const isPresent = await recordKeyStatus(keys, asked, answer === 'accepted' ? 'valid' : 'refused');
  if (isPresent && answer === 'refused') throw new KeyRefused();
}
