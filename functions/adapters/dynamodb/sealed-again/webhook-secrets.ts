import type { Sealer } from '../../../../core/sealer.ts';
import type { SealedAgain, SealedValues } from '../../../ports.ts';
import { AlertRules } from '../alert-rules.ts';
import { webhookSecretContext } from '../alert-store.ts';
import { createAlertRuleEntity } from '../entities/alert-rule.ts';
import { createWorkspaceEntity } from '../entities/workspace.ts';
import { requested } from '../request.ts';
import { readAllShards } from '../shards.ts';
import type { PlatformTable } from '../table.ts';
import { sealEach } from './seal-each.ts';

/** The secrets with which messages to customers' webhooks are signed, for as long as a rule is there, in use or not. */
export class WebhookSecretSeals implements SealedValues {
  readonly #workspaces: ReturnType<typeof createWorkspaceEntity>;
  readonly #rules: AlertRules;
  readonly #sealer: Sealer;

  constructor(table: PlatformTable, sealer: Sealer) {
    this.#workspaces = createWorkspaceEntity(table);
    this.#rules = new AlertRules(table, createAlertRuleEntity(table));
    this.#sealer = sealer;
  }

  async sealAgain(limit: number): Promise<SealedAgain> {
    const workspaces = await readAllShards(async (shard) => {
      const query = this.#workspaces.query.all({ shard });
      return (await requested(() => query.go({ pages: 'all', attributes: ['id'] }))).data;
    });
    const all: SealedAgain = { sealed: 0, unreadable: 0, isComplete: true };
    for (const { id } of workspaces) {
      const { sealed, unreadable, isComplete } = await this.#sealThoseOf(id, limit - all.sealed);
      all.sealed += sealed;
      all.unreadable += unreadable;
      if (!isComplete) return { ...all, isComplete };
    }
    return all;
  }

  async #sealThoseOf(workspaceId: string, limit: number): Promise<SealedAgain> {
    const rules = await this.#rules.findAll([...(await this.#rules.idsOf(workspaceId))]);
    const old = rules.filter(({ sealedWebhookSecret }) => sealedWebhookSecret !== undefined && this.#isOld(sealedWebhookSecret));
    return sealEach(old, limit, async ({ id }) => {
      const changed = await this.#rules.change(workspaceId, id, (present) => {
        // Taken away, or set anew, a moment ago.
        const { sealedWebhookSecret } = present;
        if (sealedWebhookSecret === undefined || !this.#isOld(sealedWebhookSecret)) return present;
        const context = webhookSecretContext(id);
        const secret = this.#sealer.open(context, Buffer.from(sealedWebhookSecret, 'base64'));
        return { ...present, sealedWebhookSecret: this.#sealer.seal(context, secret).toString('base64') };
      });
      return changed !== undefined;
    });
  }

  #isOld(sealed: string): boolean {
    return !this.#sealer.isCurrent(Buffer.from(sealed, 'base64'));
  }
}
