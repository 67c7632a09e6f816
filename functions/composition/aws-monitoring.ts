import { HttpInstanceMetrics } from '../adapters/http-instance-metrics.ts';
import { HttpWebhookSender } from '../adapters/webhook/webhook-sender.ts';
import { AlertOutbox } from '../events/alert-outbox.ts';
import { AlertWatch } from '../events/alert-watch.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import { MetricsCollector } from '../instance-manager/metrics-collector.ts';
import { RecurringJob } from '../instance-manager/recurring-job.ts';
import type {
  AlertStore,
  Clock,
  InstanceActivityReader,
  InstanceEventStore,
  InstanceMetricStore,
  InstanceStore,
  Launcher,
  MailSender,
  QuotaUseReader,
  UsageStore,
} from '../ports.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** How long alerts that have ended are kept. */
const alertsKept = 90 * 24 * hour;

export interface AwsMonitoringPorts {
  clock: Clock;
  instances: InstanceStore;
  instanceEvents: InstanceEventStore;
  metricHistory: InstanceMetricStore;
  alerts: AlertStore;
  usage: UsageStore;
  quotaUse: QuotaUseReader;
  launcher: Pick<Launcher, 'list'>;
  activity: InstanceActivityReader;
  /** Within limits of its own; `null` where no address to send from is set up. */
  mail: MailSender | null;
  /** Where the dashboard is, without a trailing slash. */
  dashboardUrl: string;
  report: ReportIncident;
}

/** What watches how instances do, and tells those who want to know. Runs in the manager, so once in the installation. */
export function createAwsMonitoring(ports: AwsMonitoringPorts) {
  const { clock, alerts, report, instanceEvents } = ports;
  const reader = new HttpInstanceMetrics();
  const collector = new MetricsCollector(
    { ...{ clock, report, reader, launcher: ports.launcher, activity: ports.activity }, store: ports.metricHistory },
    { storesWholeMinutes: true },
  );
  const webhooks = new HttpWebhookSender({ policy: { allowPrivateAddresses: false, allowLoopbackHttp: false }, clock });
  const outbox = new AlertOutbox({ clock, alerts, mail: ports.mail, webhooks, publicUrl: () => ports.dashboardUrl, report });
  const watch = new AlertWatch({ ...ports, opened: () => void outbox.deliver() });
  const prune = async () => {
    try {
      // All else expires by itself.
      await alerts.prune(new Date(clock.now().getTime() - alertsKept).toISOString());
    } catch (cause) {
      report({ message: 'Old alerts could not be deleted; tried again in an hour.', cause });
    }
  };
  const jobs = [
    new RecurringJob(15 * second, () => collector.collect()),
    new RecurringJob(minute, () => watch.evaluateAll()),
    // What is new is sent at once; this is for what waits for its next attempt, and for what the API asked for.
    new RecurringJob(10 * second, () => outbox.deliver()),
    new RecurringJob(hour, prune),
  ];
  const events: InstanceEventStore = {
    append: async (event) => {
      await instanceEvents.append(event);
      void watch.onEvent(event);
    },
    list: (...parameters) => instanceEvents.list(...parameters),
  };
  return {
    observer: collector,
    /** The same store of events, with somebody who listens. */
    events,
    start: () => {
      for (const job of jobs) job.start();
    },
    /** Stores what is left. */
    stop: async () => {
      await Promise.all(jobs.map((job) => job.stop()));
      await collector.close();
    },
  };
}
