/** PostgreSQL settings for a small machine that runs more than a database. They are arguments, so a new release takes effect at once. */
const settings: Record<string, string> = {
  shared_buffers: '32MB',
  max_connections: '50',
  maintenance_work_mem: '32MB',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  // Fewer processes: no parallel queries, no workers for input and output, no logical replication.
  io_method: 'sync',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_logical_replication_workers: '0',
  max_worker_processes: '2',
  autovacuum_max_workers: '1',
  jit: 'off',
  fsync: 'on',
  full_page_writes: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  // Neither statements nor details of an error reach the log: details show the values of rows.
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  unix_socket_permissions: '0700',
};

export interface ServerAddress {
  /** Folder of the Unix socket, or a loopback address. */
  host: string;
  port: number;
}

/** Arguments of `postgres` for a cluster, an address and settings that replace ours. */
export function serverArguments(cluster: string, address: ServerAddress, overrides: Record<string, string> = {}): string[] {
  const onSocket = address.host.startsWith('/');
  const all = {
    ...settings,
    listen_addresses: onSocket ? '' : address.host,
    unix_socket_directories: onSocket ? address.host : '',
    port: String(address.port),
    ...overrides,
  };
  return ['-D', cluster, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
