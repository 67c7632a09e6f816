import type { Operation } from '../catalogue/operation.ts';

/**
 * The leads of a lead list. The API's reference has no operation for it, so none is offered as a tool of its own; this is the one that
 * Smartlead's official command line client calls (June 2026), under `extra_endpoints` of the catalogue.
 */
export const listLeadsOperation: Operation = {
  id: 'extra/leads-list-all',
  method: 'GET',
  host: 'core',
  path: '/leads/all',
  params: [
    { name: 'limit', in: 'query', type: 'integer', required: false, min: 1, max: 1000 },
    { name: 'lastSeenLeadId', in: 'query', type: 'integer', required: false },
    { name: 'listId', in: 'query', type: 'integer', required: true },
  ],
  effects: ['read'],
  idempotent: true,
};
