/**
 * The end of an axis: the next round number at or above the largest value, whose half is round as well. With base 2 it is round
 * in kibibytes, mebibytes and so on.
 */
export function axisTop(largest: number, base: 2 | 10 = 10): number {
  if (base === 2) return 2 ** Math.max(1, Math.ceil(Math.log2(Math.max(largest, 1))));
  if (largest <= 2) return 2;
  const magnitude = 10 ** Math.floor(Math.log10(largest));
  const step = [1, 2, 4, 6, 8, 10].find((factor) => factor * magnitude >= largest) ?? 10;
  const top = step * magnitude;
  return top % 2 === 0 ? top : top + 1;
}
