import type { createWriteTransaction } from 'electrodb';
import type { PlatformTable } from '../table.ts';
import { createChangeEntity } from './change.ts';
import { createCredentialsEntity } from './credentials.ts';
import { createFirstAccountEntity } from './first-account.ts';
import { createInstanceEntity } from './instance.ts';
import { createInstanceEventEntity } from './instance-event.ts';
import { createKeyEntity } from './key.ts';
import { createKeyUseEntity } from './key-use.ts';
import { createMembershipEntity } from './membership.ts';
import { createRouteEntity } from './route.ts';
import { createTokenEntity } from './token.ts';
import { createTokenReferenceEntity } from './token-reference.ts';
import { createUserEntity } from './user.ts';
import { createWorkspaceEntity } from './workspace.ts';

/** The entities that are written together in transactions: people, keys, instances and what belongs to them. */
export function createPlatformEntities(table: PlatformTable) {
  return {
    user: createUserEntity(table),
    credentials: createCredentialsEntity(table),
    workspace: createWorkspaceEntity(table),
    membership: createMembershipEntity(table),
    firstAccount: createFirstAccountEntity(table),
    key: createKeyEntity(table),
    keyUse: createKeyUseEntity(table),
    instance: createInstanceEntity(table),
    token: createTokenEntity(table),
    tokenReference: createTokenReferenceEntity(table),
    instanceEvent: createInstanceEventEntity(table),
    route: createRouteEntity(table),
    change: createChangeEntity(table),
  };
}

export type PlatformEntities = ReturnType<typeof createPlatformEntities>;

/** The same entities as the writes of a transaction take them. */
export type EntitiesInTransaction = Parameters<Parameters<typeof createWriteTransaction<PlatformEntities, unknown, []>>[1]>[0];
