/** The embedded PostgreSQL server cannot be prepared, started or kept running. The message is one line for the operator. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';
}

/** Another live process serves this data folder. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';
  readonly dataDir: string;
  readonly pid: number;

  constructor(dataDir: string, pid: number) {
    super(`the data folder ${dataDir} is in use by process ${pid}; stop it first, or set DATA_DIR to another folder`);
    this.dataDir = dataDir;
    this.pid = pid;
  }
}

/** The data folder cannot be made or written to. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';

  constructor(dataDir: string, reason: string, cause: unknown) {
    super(`the data folder ${dataDir} cannot be used: ${reason}; set DATA_DIR to a folder this user may write to`, { cause });
  }
}

/** Another service holds the lock of this installation's database. */
export class DatabaseInUseError extends Error {
  override readonly name = 'DatabaseInUseError';
}

/** The database of DATABASE_URL refuses us; trying again without a change will not help. */
export class DatabaseRefusedError extends Error {
  override readonly name = 'DatabaseRefusedError';
}
