import { instanceStatuses } from '../../core/instance-status.ts';
import { embeddedMetrics, type MetricValue } from '../adapters/cloudwatch/embedded-metrics.ts';
import type { LifecycleObserver } from '../instance-manager/lifecycle-observer.ts';
import type { HealthReport, Instance } from '../ports.ts';

/** Namespace of the metrics in CloudWatch. */
export const metricsNamespace = 'SmartleadMcp/Manager';

/** The most observations that one line may hold, by the specification of the format. */
const mostObservations = 100;

export interface ManagerMetricsOptions {
  stage: string;
  write(line: string): void;
  now(): number;
}

/**
 * Tells CloudWatch how the installation is, by lines that it makes metrics of: instances by status, how long comparisons take, what
 * contradicts the invariant, what died and how long wakes took. Names no customer and no instance.
 */
export class ManagerMetrics implements LifecycleObserver {
  readonly #options: ManagerMetricsOptions;
  #deaths = 0;
  #wakes: number[] = [];
  #reconciliations: number[] = [];

  constructor(options: ManagerMetricsOptions) {
    this.#options = options;
  }

  died(): void {
    this.#deaths += 1;
  }

  woke(_instanceId: string, milliseconds: number): void {
    if (this.#wakes.length < mostObservations) this.#wakes.push(milliseconds);
  }

  reconciled(milliseconds: number): void {
    if (this.#reconciliations.length < mostObservations) this.#reconciliations.push(milliseconds);
  }

  /**
   * @param report What the check of the whole installation came to. One that could not look everywhere is worth an alarm, too. `OrphansHeld`
   *   counts kinds.
   */
  checked({ holds, violations, components }: Pick<HealthReport, 'holds' | 'violations' | 'components'>): void {
    this.#write({}, [
      { name: 'InvariantViolations', unit: 'Count', value: violations.length },
      { name: 'UnreadableComponents', unit: 'Count', value: components.filter(({ status }) => status !== 'ok').length },
      { name: 'OrphansHeld', unit: 'Count', value: violations.filter(({ kind }) => kind === 'orphans_held').length },
      { name: 'InvariantHolds', unit: 'Count', value: holds ? 1 : 0 },
    ]);
  }

  counted(statuses: Iterable<Instance['status']>): void {
    const counts = new Map<string, number>(instanceStatuses.map((status) => [status, 0]));
    for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
    for (const [status, value] of counts) this.#write({ Status: status }, [{ name: 'Instances', unit: 'Count', value }]);
  }

  /** Tells what came together since it was told last. */
  flush(): void {
    const values: MetricValue[] = [
      { name: 'Active', unit: 'Count', value: 1 },
      { name: 'InstancesDied', unit: 'Count', value: this.#deaths },
    ];
    if (this.#wakes.length > 0) values.push({ name: 'WakeDuration', unit: 'Milliseconds', value: this.#wakes });
    if (this.#reconciliations.length > 0) {
      values.push({ name: 'ReconcileDuration', unit: 'Milliseconds', value: this.#reconciliations });
    }
    this.#write({}, values);
    this.#deaths = 0;
    this.#wakes = [];
    this.#reconciliations = [];
  }

  #write(dimensions: Record<string, string>, values: MetricValue[]): void {
    const { stage, write, now } = this.#options;
    write(embeddedMetrics(metricsNamespace, { Stage: stage, ...dimensions }, values, now()));
  }
}
