import { monitorEventLoopDelay } from 'node:perf_hooks';
import { instanceStatuses } from '../core/instance-status.ts';
import { exposition, type MetricFamily } from '../functions/domain/metrics/exposition.ts';
import { everyInstance } from '../functions/instance-manager/every-instance.ts';
import type { LifecycleObserver } from '../functions/instance-manager/lifecycle-observer.ts';
import type { InstanceEvent, InstanceStore, Launcher } from '../functions/ports.ts';

/** How old the count of instances may be, in milliseconds: several may ask, and each count reads all of them. */
const countsMaxAge = 5_000;
/** Kinds of events that are counted; there are some twenty. */
const mostEventTypes = 100;
const quantiles = [0.5, 0.99, 1];
const nanosecondsPerSecond = 1e9;

export interface PlatformMetricsPorts {
  instances: InstanceStore;
  launcher: Pick<Launcher, 'list'>;
  /** Connections to the database: all, those that nobody uses, and those who wait for one. */
  connections(): { total: number; idle: number; waiting: number };
  /** Lines of the router, in the same format. */
  router(): string;
}

/** What the platform as a whole tells its operator, in Prometheus' format. Names no customer and no instance. */
export class PlatformMetrics implements LifecycleObserver {
  readonly #ports: PlatformMetricsPorts;
  readonly #events = new Map<string, number>();
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  #delays: { quantile: number; seconds: number }[] = [];
  #restarts = 0;
  #wakes = 0;
  #wakeSeconds = 0;
  #counts: { readAt: number; families: Promise<MetricFamily[]> } | undefined;

  constructor(ports: PlatformMetricsPorts) {
    this.#ports = ports;
    this.#delay.enable();
  }

  died(): void {
    this.#restarts += 1;
  }

  woke(_instanceId: string, milliseconds: number): void {
    this.#wakes += 1;
    this.#wakeSeconds += milliseconds / 1000;
  }

  /** Counts what an operation of the lifecycle came to. */
  onEvent({ type }: Pick<InstanceEvent, 'type'>): void {
    if (this.#events.has(type) || this.#events.size < mostEventTypes) this.#events.set(type, (this.#events.get(type) ?? 0) + 1);
  }

  /** Begins a new interval for the delay of the event loop; what is told is that of the last whole one. */
  endInterval(): void {
    this.#delays = quantiles.map((quantile) => {
      const nanoseconds = this.#delay.count === 0 ? 0 : this.#delay.percentile(quantile * 100);
      return { quantile, seconds: nanoseconds / nanosecondsPerSecond };
    });
    this.#delay.reset();
  }

  /** Rejects where the store of instances cannot be read. */
  async text(): Promise<string> {
    const now = Date.now();
    if (this.#counts === undefined || now - this.#counts.readAt > countsMaxAge) {
      const families = this.#countInstances();
      this.#counts = { readAt: now, families };
      families.catch(() => {
        this.#counts = undefined;
      });
    }
    return exposition([...(await this.#counts.families), ...this.#own()]) + this.#ports.router();
  }

  close(): void {
    this.#delay.disable();
  }

  async #countInstances(): Promise<MetricFamily[]> {
    const byStatus = new Map<string, number>(instanceStatuses.map((status) => [status, 0]));
    for await (const { status } of everyInstance(this.#ports.instances)) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    return [
      {
        name: 'smartlead_mcp_instances',
        type: 'gauge',
        help: 'Instances by status.',
        samples: [...byStatus].map(([status, value]) => ({ labels: { status }, value })),
      },
      gauge('smartlead_mcp_instance_processes', 'Processes that run for instances.', (await this.#ports.launcher.list()).length),
    ];
  }

  #own(): MetricFamily[] {
    const { total, idle, waiting } = this.#ports.connections();
    const { user, system } = process.cpuUsage();
    return [
      counter('smartlead_mcp_instance_restarts_total', 'Instances that died, or did not answer and were ended.', this.#restarts),
      {
        name: 'smartlead_mcp_instance_wake_seconds',
        type: 'summary',
        help: 'Time from a call to the instance it woke.',
        samples: [
          { suffix: '_sum', value: this.#wakeSeconds },
          { suffix: '_count', value: this.#wakes },
        ],
      },
      {
        name: 'smartlead_mcp_lifecycle_events_total',
        type: 'counter',
        help: 'What operations on instances came to.',
        samples: [...this.#events].map(([type, value]) => ({ labels: { type }, value })),
      },
      {
        name: 'smartlead_mcp_database_connections',
        type: 'gauge',
        help: 'Connections to the database.',
        samples: [
          { labels: { state: 'busy' }, value: total - idle },
          { labels: { state: 'idle' }, value: idle },
        ],
      },
      gauge('smartlead_mcp_database_waiting', 'Statements that wait for a connection.', waiting),
      {
        name: 'smartlead_mcp_event_loop_delay_seconds',
        type: 'gauge',
        help: 'How late the event loop was, of late.',
        samples: this.#delays.map(({ quantile, seconds }) => ({ labels: { quantile: String(quantile) }, value: seconds })),
      },
      gauge('process_resident_memory_bytes', 'Resident memory of the platform.', process.memoryUsage.rss()),
      counter('process_cpu_seconds_total', 'Processor time of the platform, user and system.', (user + system) / 1e6),
      gauge('process_start_time_seconds', 'When the platform started, in Unix time.', Date.now() / 1000 - process.uptime()),
    ];
  }
}

function gauge(name: string, help: string, value: number): MetricFamily {
  return { name, type: 'gauge', help, samples: [{ value }] };
}

function counter(name: string, help: string, value: number): MetricFamily {
  return { name, type: 'counter', help, samples: [{ value }] };
}
