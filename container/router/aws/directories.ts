import {
  instanceItemKey,
  instanceItemSchema,
  routeItemKey,
  routeItemSchema,
  routeTokenContext,
  tokenItemKey,
  tokenItemSchema,
} from '../../../core/platform-table.ts';
import { SealBrokenError, type Sealer } from '../../../core/sealer.ts';
import type { InstanceDirectory, RouteDirectory, RouteTarget, TokenDirectory } from '../ports.ts';
import { type PlatformTable, UnexpectedItemError } from './platform-table.ts';

/** What the router presents to a process cannot be read: it was sealed with a secret that is not known, for another place, or was changed. */
export class RouteSealBrokenError extends Error {
  override readonly name = 'RouteSealBrokenError';
}

/**
 * Tokens by their hash. Most are asked for again and again, at half the price of what counts every write; the change feed tells of
 * revoked ones. One that is not found may have been made a moment ago, so it is looked for a second time.
 */
export function tokenDirectory(table: Pick<PlatformTable, 'get'>): TokenDirectory {
  return {
    findByHash: async (hash) => {
      const key = tokenItemKey(hash);
      const found = (await table.get(key, tokenItemSchema, false)) ?? (await table.get(key, tokenItemSchema, true));
      if (found === undefined) return undefined;
      const { id, instanceId, workspaceId, expiresAt = null } = found;
      return { id, instanceId, workspaceId, expiresAt };
    },
  };
}

/** Routes, their access tokens unsealed. Asked for after a change and while somebody waits, so every write counts. */
export function routeDirectory(table: Pick<PlatformTable, 'get'>, sealer: Pick<Sealer, 'open'>): RouteDirectory {
  return {
    get: async (instanceId) => {
      const item = await table.get(routeItemKey(instanceId), routeItemSchema, true);
      if (item === undefined) return undefined;
      if (item.instanceId !== instanceId) throw new UnexpectedItemError('a route lies under the key of another instance');
      const open = ({ address, sealedAccessToken }: typeof item | NonNullable<typeof item.replicas>[number]): RouteTarget => ({
        address,
        accessToken: openToken(sealer, routeTokenContext(instanceId, address), sealedAccessToken),
      });
      const { workspaceId, mode, replicas } = item;
      return {
        instanceId,
        workspaceId,
        ...open(item),
        ...(mode === undefined ? {} : { mode }),
        ...(replicas === undefined ? {} : { replicas: replicas.map(open) }),
      };
    },
  };
}

/** Instances as their owners see them; one that is being deleted is none. */
export function instanceDirectory(table: Pick<PlatformTable, 'get'>): InstanceDirectory {
  return {
    describe: async (instanceId) => {
      const item = await table.get(instanceItemKey(instanceId), instanceItemSchema, true);
      if (item === undefined || item.desiredState === 'deleted') return undefined;
      const { status, statusReason, nextStep = null, mode } = item;
      return { status, statusReason, nextStep, mode };
    },
  };
}

function openToken(sealer: Pick<Sealer, 'open'>, context: string, sealed: Uint8Array): string {
  try {
    return sealer.open(context, sealed);
  } catch (cause) {
    if (!(cause instanceof SealBrokenError)) throw cause;
    throw new RouteSealBrokenError(
      'the access token of a route does not open; give router and control plane the same DATA_PLANE_SECRET, then restart the instance',
      { cause },
    );
  }
}
