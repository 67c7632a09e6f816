import { quotas } from '../../domain/quotas.ts';
import type { QuotaUse, QuotaUseReader } from '../../ports.ts';
import type { PlatformEntities } from './entities/index.ts';
import { requested } from './request.ts';

/** Reads what is counted with every change: one item of the workspace, and its instances, some of them a unit. */
export class DynamoQuotaUseReader implements QuotaUseReader {
  readonly #entities: Pick<PlatformEntities, 'workspace' | 'instance'>;

  constructor(entities: Pick<PlatformEntities, 'workspace' | 'instance'>) {
    this.#entities = entities;
  }

  async read(workspaceId: string): Promise<QuotaUse[]> {
    const [{ data: workspace }, { data: instances }] = await Promise.all([
      requested(() => this.#entities.workspace.get({ id: workspaceId }).go()),
      requested(() =>
        this.#entities.instance.query
          .byWorkspace({ workspaceId })
          .where(({ desiredState }, { ne }) => ne(desiredState, 'deleted'))
          .go({ pages: 'all', attributes: ['id', 'name', 'tokenCount'] }),
      ),
    ]);
    return [
      {
        quota: 'instances',
        words: 'instances of the workspace',
        instanceId: null,
        used: workspace?.instanceCount ?? 0,
        limit: quotas.instancesInWorkspace,
      },
      {
        quota: 'keys',
        words: 'keys of the workspace',
        instanceId: null,
        used: workspace?.keyCount ?? 0,
        limit: quotas.keysInWorkspace,
      },
      ...instances
        .filter(({ tokenCount }) => tokenCount > 0)
        .map(({ id, name, tokenCount }) => ({
          quota: `tokens of ${id}`,
          words: `tokens of the instance "${name}"`,
          instanceId: id,
          used: tokenCount,
          limit: quotas.tokensOfInstance,
        })),
    ];
  }
}
