import { createIdentifier } from '../../core/identifiers.ts';
import type { AuditEntry, Subject } from '../ports.ts';
import { describeError } from './middleware/describe-error.ts';
import type { Platform } from './platform.ts';
import type { AuditDraft } from './route.ts';

/** Actor of what somebody did who is not signed in. */
const nobody = 'anonymous';

/**
 * Completes and writes one audit entry. What it tells of has happened already, so a store that fails does not make the request
 * fail: the whole entry then goes to the log, where it can be recovered from, and nothing of it is secret.
 */
export async function appendAuditEntry(
  platform: Platform,
  request: { requestId: string; address: string; subject?: Subject | undefined },
  entry: AuditDraft & { action: string; outcome: AuditEntry['outcome'] },
): Promise<void> {
  const now = platform.clock.now();
  const { subject } = request;
  const complete: AuditEntry = {
    id: createIdentifier('audit', now.getTime()),
    workspaceId: entry.workspaceId === undefined ? (subject?.workspaceId ?? null) : entry.workspaceId,
    time: now.toISOString(),
    actor: entry.actor ?? (subject === undefined ? nobody : `user:${subject.userId}`),
    action: entry.action,
    target: pathSafe(entry.target),
    address: request.address,
    outcome: entry.outcome,
    details: entry.details ?? {},
  };
  try {
    await platform.audit.append(complete);
  } catch (error) {
    platform.logger.error('An audit entry could not be stored', {
      requestId: request.requestId,
      entry: JSON.stringify(complete),
      ...describeError(error, []),
    });
  }
}

/** Targets can come from the path of a refused request, before it was validated; only what looks like an identifier is kept. */
function pathSafe(target: string | null | undefined): string | null {
  return target != null && /^[\w-]{1,64}$/u.test(target) ? target : null;
}
