import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { FieldPlaces } from './field-places.ts';
import { plainText } from './plain-text.ts';

const bodyFields: ReadonlySet<string> = new Set([
  'body',
  'email_body',
  'email_message',
  'html',
  'reply_body',
  'reply_email_body',
]);

/** A tag anywhere tells HTML from text; `<ada@example.com>` is none. */
const looksLikeMarkup = /<(?:!doctype|!--|\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>)/i;

/**
 * Replaces the HTML of mail bodies by its text, in place and at any depth: markup is most of a mail's length and tells a model
 * nothing. A body that the call named itself (`fields`) stays as it was written.
 * @returns The paths at which that was done.
 */
export function mailTextInPlace(structured: JsonObject, isNamed: (field: string) => boolean): string[] {
  const places = new FieldPlaces();
  visit(structured, places, isNamed);
  return places.paths();
}

function visit(value: unknown, places: FieldPlaces, isNamed: (field: string) => boolean): void {
  if (Array.isArray(value)) {
    const elements = places.elements();
    for (const element of value) if (typeof element === 'object') visit(element, elements, isNamed);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const name in value) {
    const inner = value[name];
    if (typeof inner === 'string') {
      if (!bodyFields.has(name) || isNamed(name) || !looksLikeMarkup.test(inner)) continue;
      value[name] = plainText(inner);
      places.add(name);
    } else if (typeof inner === 'object' && inner !== null) visit(inner, places.below(name), isNamed);
  }
}
