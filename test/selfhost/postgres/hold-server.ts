/** Starts the embedded server in the folder it is given, says so in one line, and holds it until it is killed. */
import { startEmbeddedPostgres } from '../../../selfhost/postgres/embedded-postgres.ts';

const server = await startEmbeddedPostgres({ dataDir: process.argv[2] as string, log: () => {} });
process.stdout.write(`${JSON.stringify({ serverPid: server.pid() })}\n`);
