import { MemoryAttemptLimiter } from '../functions/adapters/attempt-limiter.ts';
import { HttpInstanceMetrics } from '../functions/adapters/http-instance-metrics.ts';
import { LimitedMailSender } from '../functions/adapters/smtp/limited-mail-sender.ts';
import { SmtpMailSender } from '../functions/adapters/smtp/mail-sender.ts';
import { HttpWebhookSender } from '../functions/adapters/webhook/webhook-sender.ts';
import type { Platform } from '../functions/api/platform.ts';
import { keptMilliseconds } from '../functions/domain/metrics/metric-range.ts';
import { AlertOutbox } from '../functions/events/alert-outbox.ts';
import { AlertWatch } from '../functions/events/alert-watch.ts';
import { type LifecycleObserver, observeTogether } from '../functions/instance-manager/lifecycle-observer.ts';
import type { ReportIncident } from '../functions/instance-manager/lifecycle-ports.ts';
import { MetricsCollector } from '../functions/instance-manager/metrics-collector.ts';
import { RecurringJob } from '../functions/instance-manager/recurring-job.ts';
import type { Clock, InstanceActivityReader, InstanceEventStore, Launcher } from '../functions/ports.ts';
import { PlatformMetrics, type PlatformMetricsPorts } from './platform-metrics.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** How long alerts that have ended are kept. */
const alertsKept = 90 * 24 * hour;

export interface MonitoringOptions {
  settings: Pick<Settings, 'smtp' | 'allowPrivateWebhooks' | 'sandbox'> & { publicUrl: string };
  storage: Pick<Storage, 'stores' | 'connections'>;
  clock: Clock;
  launcher: Pick<Launcher, 'list'>;
  activity: InstanceActivityReader;
  router: PlatformMetricsPorts['router'];
  report: ReportIncident;
}

/** What watches how instances do and tells those who want to know. */
export interface Monitoring {
  /** Takes what the lifecycle tells. */
  observer: LifecycleObserver;
  /** The same store of events, with somebody who listens. */
  events: InstanceEventStore;
  /** What the API needs of it. */
  parts: Pick<Platform, 'instanceMetricHistory' | 'alerts' | 'mail' | 'webhooks' | 'alertTestLimiter'>;
  /** To be called before an instance is ended. Never rejects. */
  ending(instanceId: string): Promise<void>;
  /** Text for Prometheus. */
  metrics(): Promise<string>;
  start(): void;
  /** Stores what is left. To be called when no instance runs any more. */
  stop(): Promise<void>;
}

export function createMonitoring(options: MonitoringOptions): Monitoring {
  const { settings, storage, clock, launcher, activity, report, router } = options;
  const { stores } = storage;
  const reader = new HttpInstanceMetrics();
  const collector = new MetricsCollector({ clock, launcher, reader, activity, store: stores.instanceMetrics, report });
  const platformMetrics = new PlatformMetrics({
    instances: stores.instances,
    launcher,
    router,
    connections: storage.connections,
  });
  const mail =
    settings.smtp === undefined
      ? null
      : new LimitedMailSender(new SmtpMailSender(settings.smtp), {
          recipient: new MemoryAttemptLimiter({ attempts: 60, windowSeconds: hour / second }),
          workspace: new MemoryAttemptLimiter({ attempts: 300, windowSeconds: hour / second }),
        });
  const webhooks = new HttpWebhookSender({
    policy: { allowPrivateAddresses: settings.allowPrivateWebhooks, allowLoopbackHttp: settings.sandbox },
    clock,
  });
  const { alerts } = stores;
  const outbox = new AlertOutbox({ clock, alerts, mail, webhooks, publicUrl: () => settings.publicUrl, report });
  const watch = new AlertWatch({
    clock,
    alerts,
    instances: stores.instances,
    usage: stores.usage,
    quotaUse: stores.quotaUse,
    report,
    opened: () => void outbox.deliver(),
  });
  const jobs = [
    new RecurringJob(15 * second, async () => {
      platformMetrics.endInterval();
      await collector.collect();
    }),
    new RecurringJob(minute, () => watch.evaluateAll()),
    // What is new is sent at once; this is for what waits for its next attempt.
    new RecurringJob(10 * second, () => outbox.deliver()),
    new RecurringJob(hour, () => prune(options)),
  ];
  return {
    observer: observeTogether(collector, platformMetrics),
    events: {
      append: async (event) => {
        await stores.instanceEvents.append(event);
        platformMetrics.onEvent(event);
        void watch.onEvent(event);
      },
      list: (...parameters) => stores.instanceEvents.list(...parameters),
    },
    parts: {
      instanceMetricHistory: stores.instanceMetrics,
      alerts,
      mail,
      webhooks,
      alertTestLimiter: new MemoryAttemptLimiter({ attempts: 20, windowSeconds: 10 * 60 }),
    },
    ending: (instanceId) => collector.readLast(instanceId),
    metrics: () => platformMetrics.text(),
    start: () => {
      for (const job of jobs) job.start();
    },
    stop: async () => {
      await Promise.all(jobs.map((job) => job.stop()));
      await collector.close();
      platformMetrics.close();
    },
  };
}

async function prune({ clock, storage, report }: MonitoringOptions): Promise<void> {
  const before = (milliseconds: number) => new Date(clock.now().getTime() - milliseconds).toISOString();
  try {
    await storage.stores.instanceMetrics.prune({ minute: before(keptMilliseconds.minute), hour: before(keptMilliseconds.hour) });
    await storage.stores.alerts.prune(before(alertsKept));
  } catch (cause) {
    report({ message: 'Old metrics and alerts could not be deleted; tried again in an hour.', cause });
  }
}
