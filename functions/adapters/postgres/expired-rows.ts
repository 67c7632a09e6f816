import { sql } from 'kysely';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';

/** Rows per statement, so that none holds its locks for long. */
const batch = 5000;

const day = 24 * 60 * 60 * 1000;

/** How long rows are kept, in milliseconds, and how many at most of one holder. */
const kept = {
  /** As long as a refresh token is valid: one that is older opens nothing and proves nothing. */
  spentRefreshTokens: { time: 30 * day, ofSession: 5000 },
  /** A batch of counts is sent again within seconds or never. */
  usageBatches: { time: 7 * day },
  usageMinutes: { time: 92 * day },
  /** Its owner sees for a while that a token has expired. */
  expiredTokens: { time: 30 * day },
  instanceEvents: { time: 90 * day, ofInstance: 1000 },
} as const;

/**
 * Deletes what nobody can use any more (sessions, remembered answers) and what has been kept for long enough (spent refresh tokens,
 * usage, events of instances). To be called from time to time; answers how many rows went.
 *
 * @param now ISO 8601 in UTC.
 */
export async function deleteExpiredRows(database: Database, now: string): Promise<number> {
  const before = (time: number) => new Date(Date.parse(now) - time).toISOString();
  const conditions = [
    ['refresh_sessions', sql`expires_at <= ${now}`],
    ['idempotency_keys', sql`expires_at <= ${now}`],
    ['spent_refresh_tokens', sql`spent_at < ${before(kept.spentRefreshTokens.time)}`],
    ['usage_batches', sql`applied_at < ${before(kept.usageBatches.time)}`],
    ['usage_minutes', sql`minute < ${before(kept.usageMinutes.time)}`],
    ['instance_events', sql`time < ${before(kept.instanceEvents.time)}`],
    ['instance_tokens', sql`expires_at < ${before(kept.expiredTokens.time)}`],
  ] as const;
  let deleted = 0;
  for (const [table, condition] of conditions) {
    deleted += await deleteInBatches(database, table, sql`select ctid from ${sql.table(table)} where ${condition}`);
  }
  const { ofSession } = kept.spentRefreshTokens;
  deleted += await deleteBeyond(database, 'spent_refresh_tokens', 'session_id', sql`spent_at desc`, ofSession);
  const { ofInstance } = kept.instanceEvents;
  deleted += await deleteBeyond(database, 'instance_events', 'instance_id', sql`time desc, id desc`, ofInstance);
  return deleted;
}

/** Deletes what each holder has beyond the newest `most` rows. */
async function deleteBeyond(
  database: Database,
  table: string,
  holder: string,
  newestFirst: ReturnType<typeof sql>,
  most: number,
): Promise<number> {
  const { rows } = await repeatable(() =>
    sql<{ holder: string }>`
      select ${sql.ref(holder)} as holder from ${sql.table(table)}
      group by ${sql.ref(holder)} having count(*) > ${most}`.execute(database),
  );
  let deleted = 0;
  for (const row of rows) {
    deleted += await deleteInBatches(
      database,
      table,
      sql`select ctid from ${sql.table(table)} where ${sql.ref(holder)} = ${row.holder} order by ${newestFirst} offset ${most}`,
    );
  }
  return deleted;
}

/** Deletes the rows that a query names by their place (`ctid`), some at a time, until it names few enough to be the last. */
async function deleteInBatches(database: Database, table: string, places: ReturnType<typeof sql>): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { numAffectedRows = 0n } = await repeatable(() =>
      sql`delete from ${sql.table(table)} where ctid = any (array(${places} limit ${batch}))`.execute(database),
    );
    deleted += Number(numAffectedRows);
    if (numAffectedRows < batch) return deleted;
  }
}
