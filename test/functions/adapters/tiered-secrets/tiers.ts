import { SecretsManagerStore } from '../../../../functions/adapters/secrets-manager/secret-store.ts';
import { TieredSecretStore } from '../../../../functions/adapters/tiered-secrets/tiered-secret-store.ts';
import type { StoredSecret } from '../../../../functions/ports.ts';
import { type RequestHooks, SecretsManagerDouble } from '../secrets-manager/secrets-manager-double.ts';
import { MemoryArchive } from './memory-archive.ts';

/** One installation's secrets, and any number of programs that work with them. */
export class Tiers {
  readonly manager = new SecretsManagerDouble();
  readonly archived = new Map<string, StoredSecret & { value: string }>();

  /** A program of its own, whose requests go through the hooks. */
  program(hooks: RequestHooks = {}, now: () => Date = () => new Date()): TieredSecretStore {
    const settings = { namePrefix: 'keys/', keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/customer-secrets' };
    const inUse = new SecretsManagerStore(this.manager.client(hooks), settings, { now });
    return new TieredSecretStore(inUse, new MemoryArchive(this.archived, hooks));
  }

  /** Names of the secrets that are paid for. */
  paidFor(): string[] {
    return [...this.manager.secrets].filter(([, { isDeleted }]) => !isDeleted).map(([name]) => name.slice('keys/'.length));
  }
}

/** Ends a program at its n-th request, before it takes effect or after it. */
export function crashAt(request: number, when: 'before' | 'after'): RequestHooks & { readonly crashed: boolean } {
  let requests = 0;
  const state = { crashed: false };
  const end = () => {
    state.crashed = true;
    throw new Error('crashed');
  };
  return {
    async before() {
      requests += 1;
      if (state.crashed || (requests === request && when === 'before')) end();
    },
    async after() {
      if (requests === request && when === 'after') end();
    },
    get crashed() {
      return state.crashed;
    },
  };
}
