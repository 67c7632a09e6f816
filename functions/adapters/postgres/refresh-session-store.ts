import type { Selectable, Transaction } from 'kysely';
import type { RefreshRotation, RefreshRotationOutcome, RefreshSession, RefreshSessionStore } from '../../ports.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

type SessionRow = Selectable<Schema['refreshSessions']>;

/** Sessions that are revoked are deleted, and their spent tokens with them. */
export class PostgresRefreshSessionStore implements RefreshSessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(session: RefreshSession): Promise<void> {
    const { id, userId, tokenHash, createdAt, expiresAt } = session;
    await this.#database.insertInto('refreshSessions').values({ id, userId, tokenHash, createdAt, expiresAt }).execute();
  }

  rotate(request: RefreshRotation): Promise<RefreshRotationOutcome> {
    return this.#database.transaction().execute(async (transaction): Promise<RefreshRotationOutcome> => {
      const session = await lockSession(transaction, request);
      if (session === undefined) return { outcome: 'unknown' };
      if (await isCurrent(transaction, session, request)) return beginNextGeneration(transaction, session, request);
      if (isWithinGrace(session, request)) return addSibling(transaction, session, request);
      await transaction.deleteFrom('refreshSessions').where('id', '=', session.id).execute();
      return { outcome: 'reused', userId: session.userId };
    });
  }

  revoke(presentedHash: string): Promise<{ userId: string } | undefined> {
    return this.#database
      .deleteFrom('refreshSessions')
      .where((condition) =>
        condition.or([
          condition('tokenHash', '=', presentedHash),
          condition('id', 'in', (query) =>
            query.selectFrom('spentRefreshTokens').select('sessionId').where('tokenHash', '=', presentedHash),
          ),
        ]),
      )
      .returning('userId')
      .executeTakeFirst();
  }
}

/** The live session the hash belongs to or once belonged to. Of two rivals, the second waits here and then sees what the first did. */
async function lockSession(
  transaction: Transaction<Schema>,
  { presentedHash, now, createdAfter }: RefreshRotation,
): Promise<SessionRow | undefined> {
  const owner = await transaction
    .selectFrom('refreshSessions')
    .select('id')
    .where('tokenHash', '=', presentedHash)
    .unionAll((query) => query.selectFrom('spentRefreshTokens').select('sessionId as id').where('tokenHash', '=', presentedHash))
    .executeTakeFirst();
  if (owner === undefined) return undefined;
  return transaction
    .selectFrom('refreshSessions')
    .selectAll()
    .where('id', '=', owner.id)
    .where('expiresAt', '>', now)
    .where('createdAt', '>', createdAfter)
    .forUpdate()
    .executeTakeFirst();
}

async function isCurrent(transaction: Transaction<Schema>, session: SessionRow, { presentedHash }: RefreshRotation) {
  if (session.tokenHash === presentedHash) return true;
  const spent = await transaction
    .selectFrom('spentRefreshTokens')
    .select('sibling')
    .where('tokenHash', '=', presentedHash)
    .executeTakeFirst();
  return spent?.sibling === true;
}

function isWithinGrace(session: SessionRow, { presentedHash, replacedAfter }: RefreshRotation): boolean {
  return session.previousTokenHash === presentedHash && session.rotatedAt !== null && session.rotatedAt > replacedAfter;
}

/** The presented token is used: it and all its siblings are spent. */
async function beginNextGeneration(
  transaction: Transaction<Schema>,
  session: SessionRow,
  { presentedHash, nextHash, expiresAt, now }: RefreshRotation,
): Promise<RefreshRotationOutcome> {
  await transaction
    .updateTable('spentRefreshTokens')
    .set({ sibling: false })
    .where('sessionId', '=', session.id)
    .where('sibling', '=', true)
    .execute();
  await spend(transaction, session, { sibling: false, spentAt: now });
  return replaceToken(transaction, session, {
    tokenHash: nextHash,
    expiresAt,
    previousTokenHash: presentedHash,
    rotatedAt: now,
  });
}

/** The answer with the present token was lost, or is on its way to another tab: whichever of the two is used first will count. */
async function addSibling(
  transaction: Transaction<Schema>,
  session: SessionRow,
  { nextHash, expiresAt, now }: RefreshRotation,
): Promise<RefreshRotationOutcome> {
  await spend(transaction, session, { sibling: true, spentAt: now });
  return replaceToken(transaction, session, { tokenHash: nextHash, expiresAt });
}

async function spend(
  transaction: Transaction<Schema>,
  { id, tokenHash }: SessionRow,
  how: { sibling: boolean; spentAt: string },
): Promise<void> {
  await transaction
    .insertInto('spentRefreshTokens')
    .values({ tokenHash, sessionId: id, ...how })
    .execute();
}

async function replaceToken(
  transaction: Transaction<Schema>,
  { id }: SessionRow,
  change: { tokenHash: string; expiresAt: string; previousTokenHash?: string; rotatedAt?: string },
): Promise<RefreshRotationOutcome> {
  const session = await transaction
    .updateTable('refreshSessions')
    .set(change)
    .where('id', '=', id)
    .returning(['id', 'userId', 'tokenHash', 'createdAt', 'expiresAt'])
    .executeTakeFirstOrThrow();
  return { outcome: 'rotated', session };
}
