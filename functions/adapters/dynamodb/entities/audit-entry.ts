import { Entity, type EntityItem } from 'electrodb';
import type { AuditEntry } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** Stands for the workspace of what concerns none. */
const noWorkspace = 'none';

/** An entry of the audit trail: never changed, never deleted, and without an end. */
export function createAuditEntryEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'audit-entry', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        /** The workspace, or `none`. */
        owner: { type: 'string', required: true, readOnly: true },
        time: { type: 'string', required: true, readOnly: true },
        actor: { type: 'string', required: true, readOnly: true },
        action: { type: 'string', required: true, readOnly: true },
        target: { type: 'string', readOnly: true },
        address: { type: 'string', readOnly: true },
        outcome: { type: ['success', 'refused'] as const, required: true, readOnly: true },
        /** JSON: nothing looks into it. */
        details: { type: 'string', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['owner'], template: 'audit#${owner}', casing: 'none' },
          sk: { field: 'sk', composite: ['time', 'id'], template: '${time}#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export function toAuditEntry(item: EntityItem<ReturnType<typeof createAuditEntryEntity>>): AuditEntry {
  const { owner, target = null, address = null, details, ...entry } = item;
  return { ...entry, workspaceId: owner === noWorkspace ? null : owner, target, address, details: JSON.parse(details) };
}

/** Whose trail an entry belongs to. */
export function ownerOf(workspaceId: string | null): string {
  return workspaceId ?? noWorkspace;
}
