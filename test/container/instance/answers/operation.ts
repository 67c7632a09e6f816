import { operations } from '../../../../container/instance/catalogue/catalogue.ts';
import type { Operation } from '../../../../container/instance/catalogue/operation.ts';

export function operation(id: string): Operation {
  const found = operations.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`There is no operation ${id}`);
  return found;
}
