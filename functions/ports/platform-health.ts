/**
 * What can be wrong with the invariant that everything belongs to exactly one live instance and every instance that should run does.
 * The words are part of the API; a new kind may come, none changes its meaning.
 */
export const violationKinds = [
  'process_without_instance',
  'process_not_wanted',
  'process_not_recorded',
  'process_doubled',
  'process_left_over',
  'warm_process_unknown',
  'route_without_instance',
  'route_not_wanted',
  'route_without_process',
  'route_shared',
  'instance_not_running',
  'instance_without_route',
  'replica_missing',
  'operation_overdue',
  'secret_without_key',
  'key_without_secret',
  'key_without_workspace',
  'access_token_without_instance',
  'token_without_instance',
  'orphans_held',
] as const;
export type ViolationKind = (typeof violationKinds)[number];

export interface Violation {
  kind: ViolationKind;
  /** What is meant: a process id, container id or task ARN, an address, the name of a secret, an identifier. Never a secret. */
  subject: string;
  /** The instance it concerns; `null` where it concerns none. */
  instanceId: string | null;
  /** In words. */
  detail: string;
}

/** A part of the platform, and whether it could be asked. */
export interface ComponentHealth {
  name: string;
  status: 'ok' | 'failing';
  /** What is wrong, in words; `null` where nothing is. */
  detail: string | null;
}

export interface HealthReport {
  /** ISO 8601 in UTC. */
  checkedAt: string;
  /** Whether everything could be looked at and nothing is wrong. */
  holds: boolean;
  counts: { instances: number; processes: number; routes: number; secrets: number; tokens: number };
  violations: Violation[];
  components: ComponentHealth[];
}

/** Compares everything that exists with everything that should. */
export interface PlatformHealth {
  /** Never rejects because a part does not answer: the report says so. */
  check(): Promise<HealthReport>;
}

/** Where the last report lies, for processes that cannot look at everything themselves. */
export interface HealthReportStore {
  put(report: HealthReport): Promise<void>;
  /** `undefined` where nobody has reported yet. */
  read(): Promise<HealthReport | undefined>;
}
