import Typography from '@mui/material/Typography';
import { useAlerts } from '../../api/alerts.ts';
import type { Alert, AlertRule, Instance } from '../../api/contract.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LoadingRows } from '../../components/loading-rows.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusPill } from '../../components/status-pill.tsx';
import { RelativeTime } from '../../components/time-text.tsx';
import { kindWords } from './alert-words.ts';
import { Deliveries } from './deliveries.tsx';

/** What fired, who was told, and whether it is over. */
export function AlertHistory({ rules, instances }: { rules: readonly AlertRule[]; instances: readonly Instance[] }) {
  const alerts = useAlerts();
  const items = alerts.data?.items;
  return (
    <Panel title="History" text="Each trouble is told once; it ends when it is over." flush>
      {alerts.isPending && <LoadingRows rows={2} />}
      {items === undefined && <ProblemAlert error={alerts.error} onRetry={alerts.refetch} />}
      {items?.length === 0 && (
        <EmptyState framed={false} title="Nothing has fired" text="What a rule notices appears here, with who was told." />
      )}
      {items !== undefined && items.length > 0 && (
        <DataTable
          caption="Alerts that fired"
          rows={items}
          rowKey={({ id }) => id}
          columns={[
            { title: 'Alert', width: '44%', render: (alert) => <What alert={alert} rules={rules} instances={instances} /> },
            { title: 'Began', render: ({ startedAt }) => <RelativeTime time={startedAt} /> },
            { title: 'State', render: (alert) => <State alert={alert} /> },
            { title: 'Told', width: '26%', render: ({ deliveries }) => <Deliveries deliveries={deliveries} /> },
          ]}
        />
      )}
    </Panel>
  );
}

function What({ alert, rules, instances }: { alert: Alert; rules: readonly AlertRule[]; instances: readonly Instance[] }) {
  const rule = rules.find(({ id }) => id === alert.ruleId)?.name ?? kindWords[alert.kind]?.title ?? alert.kind;
  const instance = instances.find(({ id }) => id === alert.instanceId)?.name;
  return (
    <>
      {alert.message}
      <Typography variant="caption" component="div" color="textSecondary" sx={{ fontWeight: 400 }}>
        {[rule, instance].filter((part) => part !== undefined).join(' · ')}
      </Typography>
    </>
  );
}

function State({ alert: { endedAt } }: { alert: Alert }) {
  if (endedAt === null) return <StatusPill tone="bad">Going on</StatusPill>;
  return (
    <StatusPill tone="none">
      <span>
        Over <RelativeTime time={endedAt} />
      </span>
    </StatusPill>
  );
}
