import type { InstanceMetricsReader, LiveMetrics, Runtime } from '../../../functions/ports.ts';

/** Instances tell what a test lets them tell, by address; others do not answer. */
export class InMemoryInstanceMetrics implements InstanceMetricsReader {
  readonly answers = new Map<string, LiveMetrics>();
  /** Addresses that were asked. */
  readonly asked: string[] = [];

  async read({ address }: Runtime): Promise<LiveMetrics | undefined> {
    this.asked.push(address);
    return this.answers.get(address);
  }
}
