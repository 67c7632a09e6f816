/** One sample of Prometheus' text format. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const samplePattern = /^\s*([A-Za-z_:][\w:]*)(?:\{([^\n]*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?\s*$/;
const labelPattern = /\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/gy;

/**
 * All samples of a text in Prometheus' format 0.0.4. Comments and lines that make no sense are passed over: what reads this must do with
 * what there is. Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function readSamples(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const match = samplePattern.exec(line);
    const [, name, labelText, valueText] = match ?? [];
    if (name === undefined || valueText === undefined) continue;
    const value = readNumber(valueText);
    const labels = labelText === undefined ? {} : readLabels(labelText);
    if (value !== undefined && labels !== undefined) samples.push({ name, labels, value });
  }
  return samples;
}

/** The samples without labels by name; the last one where a name comes twice. */
export function unlabelledSamples(samples: readonly Sample[]): Map<string, number> {
  return new Map(samples.flatMap(({ name, labels, value }) => (Object.keys(labels).length === 0 ? [[name, value]] : [])));
}

/** `undefined` where the text is no list of labels. */
function readLabels(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  let end = 0;
  for (const match of text.matchAll(labelPattern)) {
    const [whole, name = '', value = ''] = match;
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    end = match.index + whole.length;
  }
  return end === text.length ? labels : undefined;
}

function readNumber(text: string): number | undefined {
  if (/^\+?Inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-Inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}
