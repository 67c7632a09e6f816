import { Entity, type EntityItem } from 'electrodb';
import type { InstanceLogEntry } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** A line of an instance's log. Written most of all items, so it is in no index. */
export function createLogEntryEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'log-entry', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true },
        instanceId: { type: 'string', required: true },
        time: { type: 'string', required: true },
        level: { type: ['debug', 'info', 'warn', 'error'] as const, required: true },
        message: { type: 'string', required: true },
        tool: { type: 'string' },
        durationMs: { type: 'number' },
        outcome: { type: 'string' },
        requestId: { type: 'string' },
        arguments: { type: 'string' },
        /** What the line counts for where a log is cut to its size, in bytes. */
        size: { type: 'number', required: true },
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['instanceId'], template: 'log#${instanceId}', casing: 'none' },
          sk: { field: 'sk', composite: ['time', 'id'], template: '${time}#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type LogEntryEntity = ReturnType<typeof createLogEntryEntity>;

export function toLogEntry({ size: _, ttl: __, ...entry }: EntityItem<LogEntryEntity>): InstanceLogEntry {
  return entry;
}
