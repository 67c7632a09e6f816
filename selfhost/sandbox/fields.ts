/**
 * Read access to arguments that the validator has let through. The typed readers trust the catalogue: they throw only where a
 * handler asks for something the catalogue does not promise.
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Whether the field was sent, also as null. */
  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  raw(name: string): unknown {
    return this.#values[name];
  }

  all(): Readonly<Record<string, unknown>> {
    return this.#values;
  }

  number(name: string): number {
    const value = this.#values[name];
    if (typeof value !== 'number') throw new TypeError(`${name} is no number`);
    return value;
  }

  text(name: string): string {
    const value = this.#values[name];
    if (typeof value !== 'string') throw new TypeError(`${name} is no string`);
    return value;
  }

  /** The number, or undefined where it is absent or null. */
  optionalNumber(name: string): number | undefined {
    const value = this.#values[name];
    return typeof value === 'number' ? value : undefined;
  }

  optionalText(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  optionalFlag(name: string): boolean | undefined {
    const value = this.#values[name];
    return typeof value === 'boolean' ? value : undefined;
  }

  /** Time in milliseconds of an ISO 8601 field, or undefined where it is absent. */
  optionalTime(name: string): number | undefined {
    const text = this.optionalText(name);
    return text === undefined ? undefined : parseTime(text);
  }

  /** The elements of a list; a single value counts as a list of one, absence as an empty list. */
  list(name: string): unknown[] {
    const value = this.#values[name];
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : [value];
  }

  numbers(name: string): number[] {
    return this.list(name).filter((element) => typeof element === 'number');
  }

  texts(name: string): string[] {
    return this.list(name).filter((element) => typeof element === 'string');
  }

  /** The numbers of a comma-separated query value, or undefined where it is absent. */
  optionalNumberList(name: string): Set<number> | undefined {
    const text = this.optionalText(name);
    return text === undefined ? undefined : new Set(text.split(',').map((part) => Number(part.trim())));
  }

  object(name: string): Fields | undefined {
    const value = this.#values[name];
    return isRecord(value) ? new Fields(value) : undefined;
  }

  objects(name: string): Fields[] {
    return this.list(name)
      .filter(isRecord)
      .map((element) => new Fields(element));
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Milliseconds of an ISO 8601 text; the service also takes a blank in place of the T. NaN where it is no time. */
export function parseTime(text: string): number {
  return Date.parse(/^\d{4}-\d{2}-\d{2} \d/.test(text) ? text.replace(' ', 'T') : text);
}

export function timestamp(milliseconds: number): string;
export function timestamp(milliseconds: number | null): string | null;
export function timestamp(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
