import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useAdminHealth } from '../../api/admin.ts';
import type { AdminHealth, Violation } from '../../api/contract.ts';
import { monospace } from '../../app/palette.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusPill } from '../../components/status-pill.tsx';
import { RelativeTime } from '../../components/time-text.tsx';
import { Facts } from '../instance/activity/facts.tsx';
import { violationWords } from './violation-words.ts';

const count = new Intl.NumberFormat('en');

/** Whether everything belongs to something, and whether the parts of the platform work. */
export function HealthPanels() {
  const health = useAdminHealth();
  return (
    <>
      <Panel
        title="Invariant"
        text="Every process, route, secret and token belongs to exactly one live instance, and every instance that should run does."
        flush={health.data !== undefined && health.data.violations.length > 0}
        actions={
          <BusyButton size="small" variant="outlined" color="inherit" busy={health.isFetching} onClick={() => health.refetch()}>
            Check now
          </BusyButton>
        }
      >
        {health.isPending && <Skeleton variant="rounded" height={108} />}
        {health.data === undefined && <ProblemAlert error={health.error} onRetry={health.refetch} />}
        {health.data !== undefined && <Invariant health={health.data} />}
      </Panel>
      {health.data !== undefined && <ComponentsPanel components={health.data.components} />}
    </>
  );
}

function Invariant({ health }: { health: AdminHealth }) {
  const { counts, violations } = health;
  const padding = violations.length > 0 ? { px: { xs: 2, sm: 2.5 }, pt: 2, pb: 2.5 } : {};
  return (
    <>
      <Box sx={padding}>
        <Box role="status" sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 1.5, rowGap: 0.5, mb: 2 }}>
          <StatusPill tone={health.holds ? 'good' : 'bad'}>{verdictOf(health)}</StatusPill>
          <Typography variant="caption" color="textSecondary">
            Last checked <RelativeTime time={health.checkedAt} />
          </Typography>
        </Box>
        <Facts
          facts={[
            { name: 'Instances', value: count.format(counts.instances) },
            { name: 'Processes', value: count.format(counts.processes) },
            { name: 'Routes', value: count.format(counts.routes) },
            { name: 'Secrets', value: count.format(counts.secrets) },
            { name: 'Tokens', value: count.format(counts.tokens) },
          ]}
        />
      </Box>
      {violations.length > 0 && (
        <Box sx={{ borderTop: 1, borderColor: 'line.soft' }}>
          <DataTable
            caption="Violations"
            rows={violations}
            rowKey={keyOf}
            columns={[
              { title: 'What is wrong', width: '50%', render: (violation) => <WhatIsWrong violation={violation} /> },
              { title: 'About', render: ({ subject }) => <Identifier value={subject} /> },
              { title: 'Instance', render: ({ instanceId }) => (instanceId === null ? '–' : <Identifier value={instanceId} />) },
            ]}
          />
        </Box>
      )}
    </>
  );
}

/** It can fail to hold without a violation, where a part could not be looked at. */
function verdictOf({ holds, violations }: AdminHealth): string {
  if (holds) return 'It holds';
  if (violations.length === 0) return 'It could not be checked in full';
  return violations.length === 1 ? '1 violation' : `${count.format(violations.length)} violations`;
}

function WhatIsWrong({ violation: { kind, detail } }: { violation: Violation }) {
  return (
    <>
      {violationWords(kind)}
      <Typography variant="caption" component="div" color="textSecondary" sx={{ fontWeight: 400 }}>
        {detail}
      </Typography>
    </>
  );
}

function Identifier({ value }: { value: string }) {
  return <span style={{ fontFamily: monospace, fontSize: '0.8125rem', overflowWrap: 'anywhere' }}>{value}</span>;
}

function keyOf({ kind, subject, instanceId }: Violation): string {
  return JSON.stringify([kind, subject, instanceId]);
}

function ComponentsPanel({ components }: { components: AdminHealth['components'] }) {
  return (
    <Panel title="Components" text="The parts of the platform, as they answered at the last check." flush>
      <DataTable
        caption="Components"
        rows={components}
        rowKey={({ name }) => name}
        columns={[
          { title: 'Component', render: ({ name }) => name },
          {
            title: 'State',
            render: ({ status }) =>
              status === 'ok' ? <StatusPill tone="good">Works</StatusPill> : <StatusPill tone="bad">Failing</StatusPill>,
          },
          { title: 'Detail', width: '55%', render: ({ detail }) => detail ?? '–' },
        ]}
      />
    </Panel>
  );
}
