import type { Operation, Parameter, ValueShape } from './operation.ts';

/** What the running instance reads of the catalogue document; the document holds more. */
export interface CatalogueDocument {
  endpoints: Operation[];
}

const valueKeys = [
  'type',
  'enum',
  'min',
  'max',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
  'format',
  'default',
  'nullable',
  'secret',
] as const satisfies (keyof ValueShape)[];

/**
 * The catalogue without what a running instance never reads: documentation pages, examples, response shapes and where each fact
 * comes from. The build puts this form into the bundle, a quarter of the document, because every instance parses it at its start.
 */
export function compactCatalogue(document: CatalogueDocument): CatalogueDocument {
  return {
    endpoints: document.endpoints.map((operation) => ({
      id: operation.id,
      method: operation.method,
      host: operation.host,
      path: operation.path,
      params: operation.params.map(compactParameter),
      effects: operation.effects,
      idempotent: operation.idempotent,
      ...(operation.pagination === undefined ? {} : { pagination: operation.pagination }),
      ...(operation.constraints === undefined ? {} : { constraints: operation.constraints }),
    })),
  };
}

function compactParameter(parameter: Parameter): Parameter {
  return { name: parameter.name, in: parameter.in, required: parameter.required, ...compactValue(parameter) };
}

function compactValue(value: ValueShape): ValueShape {
  const compact: Partial<Record<keyof ValueShape, unknown>> = {};
  for (const key of valueKeys) if (value[key] !== undefined) compact[key] = value[key];
  if (value.items !== undefined) compact.items = compactValue(value.items);
  if (value.properties !== undefined) {
    compact.properties = value.properties.map((field) => ({
      name: field.name,
      required: field.required,
      ...compactValue(field),
    }));
  }
  return compact as ValueShape;
}
