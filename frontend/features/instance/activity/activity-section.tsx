import Stack from '@mui/material/Stack';
import type { Instance } from '../../../api/contract.ts';
import { InstanceUsage } from './instance-usage.tsx';
import { LivePanel } from './live-panel.tsx';
import { RecentCalls } from './recent-calls.tsx';

/** How much the instance is used, and its latest calls. */
export function ActivitySection({ instance }: { instance: Instance }) {
  return (
    <Stack spacing={2.5}>
      <LivePanel instance={instance} />
      <InstanceUsage instanceId={instance.id} />
      <RecentCalls instanceId={instance.id} />
    </Stack>
  );
}
