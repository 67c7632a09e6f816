import { createWriteTransaction } from 'electrodb';
import { changeItem } from './change-feed.ts';
import type { PlatformEntities } from './entities/index.ts';
import { attempts, notAvailable, requested } from './request.ts';
import { writeTogether } from './transaction.ts';

/** Tokens that go in one transaction: three writes each and one for the instance, of the hundred that DynamoDB takes. */
const tokensTogether = 25;

/**
 * Deletes an instance with its tokens and its route; no error where there is none. The instance itself goes last, and only when no
 * token is left: whatever ends this half-way, the instance is still there to be found and deleted again, and no token outlives it.
 */
export async function deleteInstance(entities: PlatformEntities, instanceId: string): Promise<void> {
  if (!(await close(entities, instanceId))) return;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    await deleteTokens(entities, instanceId);
    if (await deleteAlone(entities, instanceId)) return;
  }
  throw notAvailable(new Error(`the instance ${instanceId} was changed by others ${attempts} times while it was deleted`));
}

/** From now on the instance takes no tokens. Answers whether it exists. */
async function close(entities: PlatformEntities, instanceId: string): Promise<boolean> {
  const { rejected } = await requested(() =>
    entities.instance.patch({ id: instanceId }).set({ closing: true }).go({ returnOnConditionCheckFailure: true }),
  );
  return !rejected;
}

async function deleteTokens(entities: PlatformEntities, instanceId: string): Promise<void> {
  for (;;) {
    const { data: references } = await requested(() =>
      entities.tokenReference.query.primary({ instanceId }).go({ consistent: true, limit: tokensTogether }),
    );
    if (references.length === 0) return;
    // Refused where somebody else deleted one of them meanwhile: then the rest is read anew.
    await writeTogether(() =>
      createWriteTransaction(entities, ({ instance, token, tokenReference, change }) => [
        instance.patch({ id: instanceId }).add({ tokenCount: -references.length }).commit(),
        ...references.flatMap(({ id, hash, createdAt }) => [
          tokenReference.remove({ instanceId, createdAt, id }).commit(),
          token.delete({ hash }).commit(),
          change.put(changeItem({ kind: 'token-revoked', tokenId: id, instanceId })).commit(),
        ]),
      ]),
    );
  }
}

/** Deletes the instance where it has no tokens. Answers `false` where it was changed meanwhile. */
async function deleteAlone(entities: PlatformEntities, instanceId: string): Promise<boolean> {
  const { data: present } = await requested(() => entities.instance.get({ id: instanceId }).go({ consistent: true }));
  if (present === null) return true;
  const { workspaceId, keyId, version, desiredState } = present;
  const outcome = await writeTogether(() =>
    createWriteTransaction(entities, ({ instance, key, keyUse, workspace, route, change }) => [
      instance
        .delete({ id: instanceId })
        .where((item, { eq }) => `${eq(item.version, version)} AND ${eq(item.tokenCount, 0)}`)
        .commit(),
      key.patch({ id: keyId }).add({ instanceCount: -1 }).commit(),
      keyUse.delete({ keyId, instanceId }).commit(),
      route.delete({ instanceId }).commit(),
      change.put(changeItem({ kind: 'route-removed', instanceId })).commit(),
      ...(desiredState === 'deleted' ? [] : [workspace.patch({ id: workspaceId }).add({ instanceCount: -1 }).commit()]),
    ]),
  );
  if (outcome.written) return true;
  if (outcome.refused[0]) return false;
  throw new Error(`The instance ${instanceId} refers to a key or a workspace that does not exist.`);
}
