/**
 * A strict reader of Prometheus' text format 0.0.4: throws for anything that a scraper might not take. Answers samples by name and
 * labels as they stand. Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseExposition(text: string): Map<string, number> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  const helped = new Set<string>();
  let present = '';
  const finished = new Set<string>();
  const enter = (name: string) => {
    if (name === present) return;
    if (finished.has(name)) throw new Error(`${name} is in two places`);
    finished.add(present);
    present = name;
  };
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      enter(name);
      if (kind === 'HELP' ? helped.has(name) : types.has(name)) throw new Error(`${name} has two of ${kind}`);
      if (kind === 'HELP') helped.add(name);
      else if (/^(counter|gauge|histogram|summary|untyped)$/.test(rest)) types.set(name, rest);
      else throw new Error(`${line} names no type`);
      continue;
    }
    const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
    const sample = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{${label}(?:,${label})*\\})? (\\S+)$`).exec(line);
    if (sample === null) throw new Error(`not a line of the format: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const family = types.has(name) ? name : name.replace(/_(sum|count|bucket)$/, '');
    if (!types.has(family) || !helped.has(family)) throw new Error(`${name} comes before its type and help`);
    enter(family);
    if (!/^([+-]?Inf|NaN|-?\d+(\.\d+)?(e[+-]?\d+)?)$/i.test(value)) throw new Error(`${value} is no number`);
    if (samples.has(name + labels)) throw new Error(`${name}${labels} comes twice`);
    samples.set(name + labels, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
  }
  return samples;
}
