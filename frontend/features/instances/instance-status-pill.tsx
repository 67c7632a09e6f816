import type { InstanceStatus } from '../../api/contract.ts';
import { StatusPill, type ToneName } from '../../components/status-pill.tsx';

const looks: Record<InstanceStatus, { label: string; tone: ToneName; busy?: boolean }> = {
  provisioning: { label: 'Starting', tone: 'accent', busy: true },
  running: { label: 'Running', tone: 'good' },
  sleeping: { label: 'Sleeping', tone: 'none' },
  restarting: { label: 'Restarting', tone: 'accent', busy: true },
  stopping: { label: 'Stopping', tone: 'accent', busy: true },
  stopped: { label: 'Stopped', tone: 'none' },
  unauthenticated: { label: 'Key refused', tone: 'caution' },
  suspended: { label: 'Suspended', tone: 'caution' },
  failed: { label: 'Failed', tone: 'bad' },
};

/** The status of an instance at a glance. */
export function InstanceStatusPill({ status }: { status: InstanceStatus }) {
  const look = looks[status] ?? { label: status, tone: 'none' as const };
  return (
    <StatusPill tone={look.tone} busy={look.busy ?? false}>
      {look.label}
    </StatusPill>
  );
}
