import type { Violation } from '../../ports.ts';
import { secretMilliseconds } from '../orphans.ts';
import { instancesById, mayNotRun, type Snapshot } from './snapshot.ts';

/** Every sealed secret belongs to one key, every key has its secret and a workspace, and every token an instance. */
export function* checkStored({
  now,
  instances,
  stored,
}: Pick<Snapshot, 'now' | 'instances' | 'stored'>): Generator<Violation, void, undefined> {
  const referred = new Set(stored.keys.map(({ secret }) => nameOf(secret)));
  for (const secret of stored.secrets) {
    if (referred.has(nameOf(secret)) || now - Date.parse(secret.createdAt) <= secretMilliseconds) continue;
    const detail = 'A Smartlead key is sealed here that no key refers to.';
    yield { kind: 'secret_without_key', subject: nameOf(secret), instanceId: null, detail };
  }
  const sealed = new Set(stored.secrets.map(nameOf));
  for (const key of stored.keys) {
    if (!sealed.has(nameOf(key.secret))) {
      const detail = 'The sealed Smartlead key that this key refers to does not exist.';
      yield { kind: 'key_without_secret', subject: key.id, instanceId: null, detail };
    }
    if (!key.hasWorkspace) {
      const detail = 'The key belongs to a workspace that does not exist.';
      yield { kind: 'key_without_workspace', subject: key.id, instanceId: null, detail };
    }
  }
  const byId = instancesById(instances);
  for (const { instanceId, count } of stored.tokens) {
    if (byId.has(instanceId)) continue;
    const detail = `${count === 1 ? 'A token opens' : `${count} tokens open`} an instance that does not exist.`;
    yield { kind: 'token_without_instance', subject: instanceId, instanceId, detail };
  }
}

/** What the router presents to an instance is kept only as long as the instance may run. */
export function* checkAccessTokens(snapshot: Snapshot): Generator<Violation, void, undefined> {
  const instances = instancesById(snapshot.instances);
  for (const instanceId of snapshot.accessTokens) {
    if (snapshot.isLookedAfter(instanceId)) continue;
    const instance = instances.get(instanceId);
    if (instance && !mayNotRun(instance)) continue;
    const detail = instance ? `The instance is ${instance.status}.` : 'The instance does not exist.';
    yield {
      kind: 'access_token_without_instance',
      subject: instanceId,
      instanceId,
      detail: `The token that the router presents to the instance is still kept. ${detail}`,
    };
  }
}

function nameOf({ name, version }: { name: string; version: number }): string {
  return `${name}@${version}`;
}
