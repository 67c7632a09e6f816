import type { CallArguments } from '../catalogue/call-arguments.ts';
import { operations } from '../catalogue/catalogue.ts';
import type { FieldShape } from '../catalogue/operation.ts';
import { toolName } from '../catalogue/tool-name.ts';
import { isCredentialName } from '../smartlead/secret-removal.ts';

/** Bytes of one call's arguments in the log at most, as JSON in UTF-8. */
export const mostArgumentBytes = 4096;
/** Below {@link mostArgumentBytes} by what the note about the rest takes. */
const budgetBytes = 3900;
const removedText = '[removed]';
/** Names of credentials, however callers write them: what is logged must not depend on names that the catalogue knows. */
const credentialName =
  /pass(?:word|wd|phrase|code)|(?:^|[_-]|smtp|imap|mail)(?:pass|pwd)$|token|secret|(?:api|private|access|signing)[_-]?key|authorization|credential|cookie/i;
/** What follows the name of a scheme in an Authorization header, and the password in a URL. */
const credentialInText = /(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}|(:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi;

/** Tells what the log keeps of a call's arguments, as JSON text; `undefined` where it keeps nothing. */
export type ArgumentLog = (tool: string, callArguments: CallArguments) => string | undefined;

/**
 * Makes the log of arguments. It keeps nothing unless the owner turned it on, and nothing from the moment on when that ends.
 * Passwords, tokens and keys are taken out by the marks of the catalogue and by their names; the API key wherever it stands.
 *
 * @param until Until when arguments are kept, ISO 8601; not at all where it is missing.
 * @param redact Takes the Smartlead key out of a text.
 */
export function createArgumentLog(until: string | undefined, redact: (text: string) => string): ArgumentLog {
  const end = until === undefined ? Number.NEGATIVE_INFINITY : Date.parse(until);
  return (tool, callArguments) => {
    if (!(Date.now() < end)) return undefined;
    return new ArgumentWriter(secretFieldsOf(tool), redact).write(callArguments);
  };
}

/** Copies arguments until the room is used up, so that huge ones cost no more than small ones. */
class ArgumentWriter {
  readonly #secretFields: ReadonlySet<string>;
  readonly #redact: (text: string) => string;
  #left = budgetBytes;

  constructor(secretFields: ReadonlySet<string>, redact: (text: string) => string) {
    this.#secretFields = secretFields;
    this.#redact = redact;
  }

  write(callArguments: CallArguments): string {
    const text = JSON.stringify(this.#object(callArguments));
    // Names of fields are text too.
    const clean = this.#redact(text);
    return Buffer.byteLength(clean) <= mostArgumentBytes ? clean : cutToBytes(clean, mostArgumentBytes);
  }

  #value(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) {
      this.#left -= 8;
      return value;
    }
    return Array.isArray(value) ? this.#list(value) : this.#object(value as Record<string, unknown>);
  }

  #object(fields: Record<string, unknown>): Record<string, unknown> {
    const copy: Record<string, unknown> = Object.create(null);
    const names = Object.keys(fields);
    for (const [index, name] of names.entries()) {
      if (this.#left <= 0) {
        copy['…'] = `${names.length - index} more`;
        break;
      }
      const shortName = this.#text(name);
      const isSecret = this.#secretFields.has(name) || isCredentialName(name) || credentialName.test(name);
      copy[shortName] = isSecret && fields[name] !== null ? removedText : this.#value(fields[name]);
    }
    return copy;
  }

  #list(items: readonly unknown[]): unknown[] {
    const copy: unknown[] = [];
    for (const [index, item] of items.entries()) {
      if (this.#left <= 0) {
        copy.push(`… ${items.length - index} more`);
        break;
      }
      copy.push(this.#value(item));
    }
    return copy;
  }

  /** Redacted before it is cut: half a key is half a key too many. */
  #text(text: string): string {
    const clean = this.#redact(text).replace(credentialInText, `$1$2${removedText}`);
    const room = Math.max(0, this.#left);
    const kept =
      Buffer.byteLength(JSON.stringify(clean.slice(0, room))) <= room ? clean.slice(0, room) : cutToBytes(clean, room / 6);
    this.#left -= Buffer.byteLength(JSON.stringify(kept)) + 2;
    return kept.length < clean.length ? `${kept}… (${clean.length} characters)` : kept;
  }
}

/** The longest beginning of a text that takes so many bytes in UTF-8, whole characters only. */
function cutToBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text.slice(0, bytes));
  if (encoded.length <= bytes) return encoded.toString();
  let end = Math.floor(bytes);
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}

const secretFieldsByTool = new Map<string, ReadonlySet<string>>();

/** Names of the fields, at whatever depth, that the catalogue marks as secret. */
function secretFieldsOf(tool: string): ReadonlySet<string> {
  let names = secretFieldsByTool.get(tool);
  if (names === undefined) {
    const operation = operations.find((each) => toolName(each.id) === tool);
    names = new Set(secretNames(operation?.params ?? []));
    secretFieldsByTool.set(tool, names);
  }
  return names;
}

function secretNames(fields: readonly FieldShape[]): string[] {
  return fields.flatMap((field) => [
    ...(field.secret === true || field.items?.secret === true ? [field.name] : []),
    ...secretNames(field.properties ?? []),
    ...secretNames(field.items?.properties ?? []),
  ]);
}
