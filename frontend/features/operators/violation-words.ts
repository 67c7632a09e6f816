/** What is wrong with the invariant, by its stable code, in words of somebody who runs the installation. */
const words: Record<string, string> = {
  process_without_instance: 'A process runs for no instance',
  process_not_wanted: 'A process runs that should not',
  process_not_recorded: 'A process runs that nobody recorded',
  process_doubled: 'A process runs twice',
  process_left_over: 'A process of an earlier run still lives',
  warm_process_unknown: 'A process waits for nobody',
  route_without_instance: 'A route leads to no instance',
  route_not_wanted: 'A route leads to an instance that does not run',
  route_without_process: 'A route leads to no process',
  route_shared: 'Two routes lead to the same process',
  instance_not_running: 'An instance should run but does not',
  instance_without_route: 'An instance runs but cannot be reached',
  replica_missing: 'An instance has too few processes',
  operation_overdue: 'An operation does not end',
  secret_without_key: 'A sealed key belongs to nothing',
  key_without_secret: 'A key has lost its sealed secret',
  key_without_workspace: 'A key belongs to no workspace',
  access_token_without_instance: 'A token for an instance is kept that is not needed',
  token_without_instance: 'Tokens open an instance that is gone',
  orphans_held: 'So much belongs to nothing that it is left alone until you confirm it',
};

/** Words for a violation; a code of a newer release is shown as it is. */
export function violationWords(kind: string): string {
  return words[kind] ?? kind.replaceAll('_', ' ');
}
