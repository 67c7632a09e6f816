/** Levels of lists and objects that the arguments of a call may have. No tool knows more than six; the rest is for free-form fields. */
export const mostArgumentLevels = 32;

/**
 * Whether lists and objects stand in each other more levels deep than this. JSON of some megabytes can be a million levels deep, and
 * whatever walks it by recursion, `JSON.stringify` too, overflows the stack.
 */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const element of value) if (isNestedDeeper(element, levels - 1)) return true;
    return false;
  }
  for (const name in value) if (isNestedDeeper((value as Record<string, unknown>)[name], levels - 1)) return true;
  return false;
}
