import type { ProblemType } from '../../../core/problem.ts';
import { ProblemError } from '../../../core/problem.ts';
import type { AuditEntry } from '../../ports.ts';
import { appendAuditEntry } from '../append-audit-entry.ts';
import type { Platform } from '../platform.ts';
import type { ApiMiddleware, RequestContext } from './request-state.ts';

/**
 * Refusals that are worth a record: somebody tried what they may not do. Mistyped fields and missing things are not; neither are
 * attempts beyond a limit, or whoever makes them could fill the store.
 */
const recordedRefusals: ReadonlySet<ProblemType> = new Set([
  'not-allowed',
  'wrong-credentials',
  'sign-ups-closed',
  'smartlead-key-refused',
]);

/** Writes the audit entry of routes that change something: for every change, and for refusals. A replayed answer changed nothing. */
export function auditTrail(platform: Platform): ApiMiddleware {
  const append = async ({ state }: RequestContext, outcome: AuditEntry['outcome'], reason?: ProblemType) => {
    const action = state.route?.auditAction;
    if (action === undefined) return;
    const { pathParameters, audit } = state;
    await appendAuditEntry(platform, state, {
      ...audit,
      action,
      outcome,
      target: audit.target ?? pathParameters.tokenId ?? pathParameters.id ?? null,
      details: { ...audit.details, ...(reason === undefined ? {} : { reason }) },
    });
  };
  return {
    async after({ context }) {
      if (context.state.replay === undefined && context.state.audit.unchanged !== true) await append(context, 'success');
    },
    async onError({ context, error }) {
      if (error instanceof ProblemError && recordedRefusals.has(error.type)) await append(context, 'refused', error.type);
    },
  };
}
