const known = new WeakMap<object, string>();

/** Notes the JSON of a result that has been made already, for as long as the result lives. The result must not change any more. */
export function rememberJson(result: object, json: string): void {
  known.set(result, json);
}

/** The JSON of a result, where it is known. */
export function knownJson(result: object): string | undefined {
  return known.get(result);
}
