import type { ToolMetrics } from '../../../api/contract.ts';
import { monospace } from '../../../app/palette.ts';
import { DataTable } from '../../../components/data-table.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Panel } from '../../../components/panel.tsx';
import { formatDuration } from '../activity/format-duration.ts';

const count = new Intl.NumberFormat('en');

/** The same range tool by tool, without those that were not called; every column can be sorted by. */
export function ToolMetricsTable({ tools }: { tools: readonly ToolMetrics[] }) {
  const called = tools.filter(({ calls }) => calls > 0);
  return (
    <Panel title="By tool" text="Choose a column’s title to sort by it." flush>
      {called.length === 0 ? (
        <EmptyState framed={false} title="No tool was called" text="Tools appear here with their first call." />
      ) : (
        <DataTable
          caption="Calls and durations by tool"
          rows={called}
          rowKey={({ tool }) => tool}
          columns={[
            {
              title: 'Tool',
              width: '36%',
              sortBy: ({ tool }) => tool,
              render: ({ tool }) => <span style={{ fontFamily: monospace, fontSize: '0.8125rem' }}>{tool}</span>,
            },
            { title: 'Calls', align: 'right', sortBy: ({ calls }) => calls, render: ({ calls }) => count.format(calls) },
            { title: 'Errors', align: 'right', sortBy: ({ errors }) => errors, render: ({ errors }) => count.format(errors) },
            { title: 'p50', align: 'right', sortBy: ({ p50Ms }) => p50Ms, render: ({ p50Ms }) => formatDuration(p50Ms) },
            { title: 'p95', align: 'right', sortBy: ({ p95Ms }) => p95Ms, render: ({ p95Ms }) => formatDuration(p95Ms) },
            { title: 'p99', align: 'right', sortBy: ({ p99Ms }) => p99Ms, render: ({ p99Ms }) => formatDuration(p99Ms) },
          ]}
        />
      )}
    </Panel>
  );
}
