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
