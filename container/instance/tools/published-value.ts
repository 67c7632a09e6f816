import type { ParameterType, ValueShape } from '../catalogue/operation.ts';
import type { JsonSchema } from './json-schema.ts';
import { patternOfFormat, publishedFormats } from './value-formats.ts';

/**
 * The type that clients are told. Where Smartlead takes several, they are told one: many clients cannot say a union to their model.
 * A list is named before a single value, text before a number. Our own validation takes them all.
 * @returns undefined where any value will do.
 */
export function publishedType({ type }: ValueShape): ParameterType | undefined {
  if (!Array.isArray(type)) return type === 'any' ? undefined : type;
  if (type.includes('any')) return undefined;
  return type.find((name) => name === 'array') ?? type.find((name) => name === 'string') ?? type[0];
}

/** Limits that no model runs into by chance are not worth the bytes; whoever runs into them is told by the refusal. */
const longestToldList = 500;
const longestToldText = 100;

/** Formats that words say better than a pattern: in a note, or for lists of ids in one text, in the instructions. */
const wordedFormats: ReadonlySet<string | undefined> = new Set(['csv-integer', 'hh:mm']);

/** Enums, limits, patterns and formats, as far as they tell a model something. */
export function publishedKeywords(shape: ValueShape): JsonSchema {
  const keywords: JsonSchema = {};
  if (shape.enum !== undefined) keywords.enum = shape.enum;
  if (shape.min !== undefined) keywords.minimum = shape.min;
  if (shape.max !== undefined) keywords.maximum = shape.max;
  if (shape.minLength !== undefined && shape.minLength > 1) keywords.minLength = shape.minLength;
  if (shape.maxLength !== undefined && shape.maxLength <= longestToldText) keywords.maxLength = shape.maxLength;
  if (shape.minItems !== undefined && shape.minItems > 1) keywords.minItems = shape.minItems;
  if (shape.maxItems !== undefined && shape.maxItems <= longestToldList) keywords.maxItems = shape.maxItems;
  if (shape.format !== undefined && publishedFormats.has(shape.format)) keywords.format = shape.format;
  const { pattern = wordedFormats.has(shape.format) ? undefined : patternOfFormat(shape.format ?? '') } = shape;
  if (pattern !== undefined) keywords.pattern = pattern;
  return keywords;
}
