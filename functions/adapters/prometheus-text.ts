/**
 * Samples without labels in Prometheus' text format 0.0.4, by name; the last one where a name comes twice. Comments, samples with
 * labels and lines that make no sense are passed over: what reads this must do with what there is.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function readUnlabelledSamples(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_:][\w:]*)[ \t]+(\S+)(?:[ \t]+-?\d+)?\s*$/.exec(line);
    const value = match?.[2] === undefined ? undefined : readNumber(match[2]);
    if (match?.[1] !== undefined && value !== undefined) samples.set(match[1], value);
  }
  return samples;
}

function readNumber(text: string): number | undefined {
  if (/^\+?Inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-Inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}
