import { ProblemError } from '../../core/problem.ts';
import type { KeyStore, SmartleadKey } from '../ports.ts';

/**
 * Notes at a key what Smartlead said of it, unless it was rotated since: then the answer was about another secret. The version is
 * written along with the status, because the store refuses to take a key back to an older one; so not even a rotation between
 * the reading and the writing here can be overwritten.
 *
 * What remains: two checks of one version can note their answers in the wrong order, and a key be shown as refused that Smartlead
 * accepts again. That heals at the next launch, which asks again about a key that is noted as refused.
 * @param asked The version of the key that Smartlead was asked about.
 * @returns Whether the key still has that version.
 */
export async function recordKeyStatus(
  keys: KeyStore,
  asked: { workspaceId: string; id: string; version: number },
  status: SmartleadKey['status'],
): Promise<boolean> {
  const present = await keys.find(asked.workspaceId, asked.id);
  if (present?.secret.version !== asked.version) return false;
  if (present.status === status) return true;
  try {
    return (await keys.update(asked.workspaceId, asked.id, { status, secret: present.secret })) !== undefined;
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'conflict') return false;
    throw error;
  }
}
