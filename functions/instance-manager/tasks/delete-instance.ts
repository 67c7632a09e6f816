import { accessTokenSecretName } from './access-token-secret.ts';
import { defineTask, nothing } from './task.ts';

/**
 * Deletes what belongs to the instance: its access token, the tokens of its clients and, last, its row. The Smartlead key stays:
 * other instances may use it.
 */
export const deleteInstance = defineTask('DeleteInstance', async (ports, state) => {
  const { instanceId } = state;
  const instance = await ports.instances.findById(instanceId);
  if (instance && instance.desiredState !== 'deleted') return nothing;
  await ports.accessTokens.delete(accessTokenSecretName(instanceId));
  await ports.launcher.forget?.(instanceId);
  for (;;) {
    const page = await ports.tokens.list(instanceId, { limit: 100 });
    if (page.items.length === 0) break;
    for (const token of page.items) await ports.tokens.delete(instanceId, token.id);
  }
  await ports.instances.delete(instanceId);
  return nothing;
});
