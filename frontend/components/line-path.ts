/** What to draw of the values: strokes through neighbours, and dots for those alone between unknown ones. */
export interface LinePath {
  strokes: string;
  /** Lines without length; drawn with round ends they are dots of the same size whatever the scale. */
  dots: string;
}

/** The values as SVG paths in a square of 100 by 100, where `top` is the upper edge. An unknown value leaves a gap. */
export function linePath(values: readonly (number | null)[], top: number): LinePath {
  const width = Math.max(1, values.length - 1);
  let strokes = '';
  let dots = '';
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const place = `${round((index / width) * 100)} ${round(100 - (value / top) * 100)}`;
    const [before = null, after = null] = [values[index - 1], values[index + 1]];
    if (before === null && after === null) dots += `M${place}h0`;
    else strokes += before === null ? `M${place}` : `L${place}`;
  }
  return { strokes, dots };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
