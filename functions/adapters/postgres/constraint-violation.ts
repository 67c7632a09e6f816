import pg from 'pg';

/** Integrity constraints the stores turn into answers, by SQLSTATE. Source: appendix "PostgreSQL Error Codes" of its manual. */
const states = { unique: '23505', 'foreign-key': '23503' } as const;

/** Whether the statement failed because of such a constraint, of the given name where there is one. */
export function violates(error: unknown, kind: keyof typeof states, constraint?: string): boolean {
  return (
    error instanceof pg.DatabaseError &&
    error.code === states[kind] &&
    (constraint === undefined || error.constraint === constraint)
  );
}
