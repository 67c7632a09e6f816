import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';

/** Columns a call asks for, as a tree: `lead.email` and `lead.id` are two branches of `lead`. A leaf takes all below it. */
interface Branch {
  readonly branches: Map<string, Branch>;
  /** The whole name, where a name ends here. */
  name?: string;
  /** Whether anything in this answer stood here. */
  met: boolean;
}

const mostNames = 100;
const longestName = 200;
const mostKnownNames = 60;
const mostUnknownNames = 20;
/** Longer names, which only free-form fields have, are not told. */
const longestKnownName = 80;
/** Rows that are looked at to say which names there are. */
const rowsLookedAt = 20;

/** What an answer says about names that nothing in it has. */
export interface UnknownFields {
  unknownFields: string[];
  /** Names there are; the first 60. */
  knownFields: string[];
}

/** Picks the columns of one answer that its call named, and remembers which names it never met. */
export class FieldSelection {
  readonly #root: Branch = newBranch();
  readonly #leafNames: ReadonlySet<string>;

  private constructor(names: readonly string[]) {
    for (const name of names) this.#add(name);
    this.#leafNames = new Set(names.map((name) => name.slice(name.lastIndexOf('.') + 1)));
  }

  /**
   * Reads the argument `fields`: a list of names, or one text with commas. Names below another name are joined with dots.
   * @returns undefined where all fields are wanted.
   * @throws SmartleadError `invalid_arguments`
   */
  static parse(fields: unknown): FieldSelection | undefined {
    if (fields === undefined || fields === null || fields === '') return undefined;
    const names = typeof fields === 'string' ? fields.split(',') : fields;
    if (!Array.isArray(names) || names.length > mostNames || !names.every(isName)) {
      const message = `must be a list of up to ${mostNames} names such as id or lead.email, or one text of them with commas`;
      throw new SmartleadError('invalid_arguments', `fields ${message}.`, { issues: [{ path: 'fields', message }] });
    }
    // Paths may be written as the answer writes them: items[].lead.email.
    const plain = names
      .map((name) =>
        name
          .trim()
          .replaceAll('[]', '')
          .replace(/^items\./, ''),
      )
      .filter((name) => name !== '');
    return plain.length === 0 ? undefined : new FieldSelection(plain);
  }

  /** Whether a field of this name is asked for by its own name, wherever it stands. */
  names(field: string): boolean {
    return this.#leafNames.has(field);
  }

  /** The names asked for, as far as an answer repeats them. */
  get topNames(): string[] {
    return unmetNames(this.#root).slice(0, mostUnknownNames);
  }

  /** The row with nothing but the chosen columns, in the order they were named; what is no object stays whole. */
  pick(row: unknown): unknown {
    return pickFrom(row, this.#root);
  }

  /** Names that no row had, with those there are; undefined where all were met, or there was nothing to meet. */
  unmet(rows: readonly unknown[]): UnknownFields | undefined {
    if (!rows.some(isJsonObject)) return undefined;
    const unknownFields = unmetNames(this.#root);
    if (unknownFields.length === 0) return undefined;
    return { unknownFields: unknownFields.slice(0, mostUnknownNames), knownFields: fieldNames(rows) };
  }

  #add(name: string): void {
    let branch = this.#root;
    for (const step of name.split('.')) {
      let next = branch.branches.get(step);
      if (next === undefined) {
        next = newBranch();
        branch.branches.set(step, next);
      }
      branch = next;
    }
    branch.name = name;
  }
}

function newBranch(): Branch {
  return { branches: new Map(), met: false };
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= longestName;
}

function pickFrom(value: unknown, branch: Branch): unknown {
  if (Array.isArray(value)) return value.map((element) => pickFrom(element, branch));
  if (!isJsonObject(value)) return value;
  const picked: JsonObject = {};
  for (const [name, next] of branch.branches) {
    if (!Object.hasOwn(value, name)) continue;
    next.met = true;
    const inner = value[name];
    // Entries are defined, not assigned, because a name may be __proto__.
    define(picked, name, next.name === undefined ? pickFrom(inner, next) : inner);
  }
  return picked;
}

function define(target: JsonObject, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}

function unmetNames(branch: Branch): string[] {
  const own = branch.name !== undefined && !branch.met ? [branch.name] : [];
  // Below a leaf everything is taken, so names there need no search of their own.
  const below = branch.name === undefined || !branch.met ? [...branch.branches.values()].flatMap(unmetNames) : [];
  return [...own, ...below];
}

/** Names that rows have, those of nested objects joined with dots. */
function fieldNames(rows: readonly unknown[]): string[] {
  const names = new Set<string>();
  for (const row of rows.slice(0, rowsLookedAt)) collect(row, '', names);
  return [...names];
}

function collect(value: unknown, prefix: string, names: Set<string>): void {
  if (Array.isArray(value)) {
    for (const element of value.slice(0, rowsLookedAt)) collect(element, prefix, names);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (names.size >= mostKnownNames) return;
    const path = `${prefix}${name}`;
    if (path.length <= longestKnownName) names.add(path);
    if (typeof inner === 'object' && inner !== null) collect(inner, `${path}.`, names);
  }
}
