import type { CatalogueDocument } from './compact-catalogue.ts';
import type { Operation } from './operation.ts';
import document from './smartlead-api.json' with { type: 'json' };

/** Every operation of the Smartlead API, in the order of its reference. */
export const operations: readonly Operation[] = (document as unknown as CatalogueDocument).endpoints;

/** Whether a call of the operation changes nothing at Smartlead. */
export function isRead(operation: Operation): boolean {
  return operation.effects.includes('read');
}
