import Box from '@mui/material/Box';
import type { UsageRow } from '../../api/contract.ts';
import { monospace } from '../../app/palette.ts';
import { DataTable } from '../../components/data-table.tsx';
import { Panel } from '../../components/panel.tsx';

const count = new Intl.NumberFormat('en');

interface ToolSum {
  tool: string;
  calls: number;
  errors: number;
}

/** Calls by tool, most called first. Streams and messages of the protocol are counted too, but are no calls. */
export function ToolTable({ rows }: { rows: readonly UsageRow[] }) {
  const sums = sumByTool(rows);
  const most = sums[0]?.calls ?? 0;
  return (
    <Panel title="By tool" flush>
      <DataTable
        caption="Calls by tool"
        rows={sums}
        rowKey={(sum) => sum.tool}
        columns={[
          {
            title: 'Tool',
            width: '40%',
            render: (sum) => <span style={{ fontFamily: monospace, fontSize: '0.8125rem' }}>{sum.tool}</span>,
          },
          { title: 'Share', width: '30%', render: (sum) => <ShareBar share={most === 0 ? 0 : sum.calls / most} /> },
          { title: 'Calls', align: 'right', render: (sum) => count.format(sum.calls) },
          { title: 'Errors', align: 'right', render: (sum) => count.format(sum.errors) },
        ]}
      />
    </Panel>
  );
}

/** Repeats the number beside it as a length; nothing of its own to read out. */
function ShareBar({ share }: { share: number }) {
  return (
    <Box
      aria-hidden
      sx={{ height: 8, borderRadius: 99, backgroundColor: 'surface.sunken', overflow: 'hidden', minWidth: 80, mt: '5px' }}
    >
      <Box
        sx={{ height: '100%', borderRadius: 99, backgroundColor: 'primary.main' }}
        style={{ width: `${Math.max(2, share * 100)}%` }}
      />
    </Box>
  );
}

function sumByTool(rows: readonly UsageRow[]): ToolSum[] {
  const sums = new Map<string, ToolSum>();
  for (const row of rows) {
    if (row.calls === 0) continue;
    const sum = sums.get(row.tool) ?? { tool: row.tool, calls: 0, errors: 0 };
    sums.set(row.tool, { tool: row.tool, calls: sum.calls + row.calls, errors: sum.errors + row.errors });
  }
  return [...sums.values()].sort((first, second) => second.calls - first.calls || first.tool.localeCompare(second.tool));
}
