import { createBearerToken, hashBearerToken } from '../../../../core/bearer-token.ts';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { Instance, InstanceToken, SmartleadKey } from '../../../../functions/ports.ts';
import type { Stores } from './stores.ts';

export const noon = '2026-11-22T12:00:00.000Z';

/** A time so many milliseconds after noon. */
export function afterNoon(milliseconds: number): string {
  return new Date(Date.parse(noon) + milliseconds).toISOString();
}

export function newAccount(email = `${createIdentifier('user')}@example.com`) {
  return {
    user: { id: createIdentifier('user'), email, name: 'Ada', createdAt: noon },
    passwordHash: 'hash',
    workspace: { id: createIdentifier('workspace'), name: "Ada's workspace", createdAt: noon },
    signUpsOpen: true,
  };
}

/** Makes an account and answers the identifier of its workspace. */
export async function givenWorkspace({ accounts }: Pick<Stores, 'accounts'>): Promise<string> {
  return (await accounts.createAccount(newAccount())).workspace.id;
}

export function newKey(workspaceId: string, overrides: Partial<SmartleadKey> = {}): SmartleadKey {
  const id = createIdentifier('key');
  return {
    id,
    workspaceId,
    label: 'Main account',
    last4: '9f2c',
    status: 'valid',
    secret: { name: `smartlead-keys/${id}`, version: 1 },
    createdAt: noon,
    rotatedAt: null,
    ...overrides,
  };
}

export function newInstance(workspaceId: string, keyId: string, overrides: Partial<Instance> = {}): Instance {
  return {
    id: createIdentifier('instance'),
    workspaceId,
    name: 'n8n',
    keyId,
    mode: 'both',
    toolsets: null,
    policy: 'read-only',
    allow: [],
    allowedTools: null,
    deniedTools: null,
    size: 'small',
    sleepAfterSeconds: 900,
    maxReplicas: 1,
    replicas: 1,
    argumentLogUntil: null,
    desiredState: 'running',
    status: 'provisioning',
    statusReason: 'Being created',
    nextStep: null,
    runtime: null,
    firstConnectedAt: null,
    createdAt: noon,
    updatedAt: noon,
    version: 1,
    ...overrides,
  };
}

/** Makes a workspace with a key, and answers both identifiers. */
export async function givenKey(stores: Pick<Stores, 'accounts' | 'keys'>): Promise<{ workspaceId: string; keyId: string }> {
  const workspaceId = await givenWorkspace(stores);
  const key = newKey(workspaceId);
  await stores.keys.create(key);
  return { workspaceId, keyId: key.id };
}

/** Makes a workspace with a key and an instance. */
export async function givenInstance(
  stores: Pick<Stores, 'accounts' | 'keys' | 'instances'>,
  overrides: Partial<Instance> = {},
): Promise<Instance> {
  const { workspaceId, keyId } = await givenKey(stores);
  const instance = newInstance(workspaceId, keyId, overrides);
  await stores.instances.create(instance);
  return instance;
}

export function newToken(instance: Instance, overrides: Partial<InstanceToken> = {}): InstanceToken {
  const token = createBearerToken('instance');
  return {
    id: createIdentifier('token'),
    instanceId: instance.id,
    workspaceId: instance.workspaceId,
    label: 'laptop',
    last4: token.slice(-4),
    hash: hashBearerToken(token),
    createdAt: noon,
    expiresAt: null,
    lastUsedAt: null,
    ...overrides,
  };
}
