/** The path of a field: names joined with dots, `[]` behind what is a list. */
export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
