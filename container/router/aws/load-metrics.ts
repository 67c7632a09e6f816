/** What a router carries now. */
export interface RouterLoad {
  streamsOpen: number;
  /** Tool calls handed to instances since the router started. */
  callsTotal: number;
}

/** Namespace of the metrics in CloudWatch. */
export const metricsNamespace = 'SmartleadMcp/Router';

const intervalMs = 60_000;

/**
 * Writes, once a minute, a line from which CloudWatch makes metrics of this router, with the stage as their dimension: their average is
 * that of one task, by which ECS scales. The form is CloudWatch's embedded metric format, which CloudWatch Logs reads from what the
 * task prints (CloudWatch User Guide, "Specification: Embedded metric format"), so nobody has to be called.
 */
export class LoadMetrics {
  readonly #timer: NodeJS.Timeout;

  constructor(stage: string, load: () => RouterLoad, write: (line: string) => void) {
    let last = { callsTotal: load().callsTotal, at: performance.now() };
    this.#timer = setInterval(() => {
      const { streamsOpen, callsTotal } = load();
      const at = performance.now();
      const callsPerSecond = ((callsTotal - last.callsTotal) * 1_000) / (at - last.at);
      last = { callsTotal, at };
      write(embeddedMetrics(stage, { streamsOpen, callsPerSecond }, Date.now()));
    }, intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** One line in the embedded metric format. @param now Milliseconds since 1970. */
export function embeddedMetrics(stage: string, values: { streamsOpen: number; callsPerSecond: number }, now: number): string {
  const document = {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: metricsNamespace,
          Dimensions: [['Stage']],
          Metrics: [
            { Name: 'StreamsOpen', Unit: 'Count' },
            { Name: 'CallsPerSecond', Unit: 'Count/Second' },
          ],
        },
      ],
    },
    Stage: stage,
    StreamsOpen: values.streamsOpen,
    CallsPerSecond: values.callsPerSecond,
  };
  return `${JSON.stringify(document)}\n`;
}
