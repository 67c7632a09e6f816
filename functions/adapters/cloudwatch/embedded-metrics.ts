/** Units that CloudWatch knows, of those that we use. */
export type MetricUnit = 'Count' | 'Milliseconds';

export interface MetricValue {
  name: string;
  unit: MetricUnit;
  /** Several where it was observed several times. */
  value: number | number[];
}

/**
 * One line from which CloudWatch makes metrics, as it reads it from what a task prints, so that nobody has to be called.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * @param dimensions What the values are told of, all of them together, such as `{Stage: 'prod'}`.
 * @param now Milliseconds since 1970.
 */
export function embeddedMetrics(
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
  values: readonly MetricValue[],
  now: number,
): string {
  const document = {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: values.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(values.map(({ name, value }) => [name, value])),
  };
  return `${JSON.stringify(document)}\n`;
}
