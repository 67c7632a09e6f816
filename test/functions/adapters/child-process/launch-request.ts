import { fileURLToPath } from 'node:url';
import { smartleadHostsSchema } from '../../../../core/instance-configuration.ts';
import type { LaunchRequest } from '../../../../functions/ports.ts';

/** Folder of the fake instance's `main.js`. */
export const fakeInstanceFolder = fileURLToPath(new URL('./fake-instance', import.meta.url));

/** Planted in every launch; it must never be seen anywhere. */
export const plantedKey = 'canary/key+91f0c3&"quoted"';
export const plantedToken = 'canary-token-77aa21';

/** A launch of the fake instance; see there for the behaviours. */
export function launchRequest(behaviour = 'plain', size: LaunchRequest['size'] = 'small'): LaunchRequest {
  return {
    workspaceId: 'ws_1',
    size,
    configuration: {
      instanceId: `ins_${behaviour}_1`,
      mode: 'both',
      policy: 'read-only',
      smartleadApiKey: plantedKey,
      accessToken: plantedToken,
      smartleadHosts: smartleadHostsSchema.parse({}),
    },
  };
}
