import FactCheckOutlined from '@mui/icons-material/FactCheckOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useAudit } from '../../api/audit.ts';
import type { AuditEntry } from '../../api/contract.ts';
import { monospace } from '../../app/palette.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LoadingRows } from '../../components/loading-rows.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusPill } from '../../components/status-pill.tsx';
import { ExactTime } from '../../components/time-text.tsx';
import { Actor } from './actor.tsx';
import { AuditFilter } from './audit-filter.tsx';

/** Who changed what and when. Nothing here can be changed or deleted. */
export function AuditPage() {
  const [filter, setFilter] = useState({ action: '', target: '' });
  // The cursors of the pages before this one; the last is this page's own.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const audit = useAudit({ ...filter, cursor: cursors.at(-1) });
  const entries = audit.data?.items;
  const next = audit.data?.nextCursor ?? null;
  const filtered = filter.action !== '' || filter.target !== '';

  return (
    <>
      <PageHeader
        title="Audit log"
        text="Every change in this workspace: who, what, when and from where. Nothing here can be changed."
      />
      <Panel
        title="Entries"
        flush
        actions={
          <AuditFilter
            filter={filter}
            onChange={(changed) => {
              setFilter(changed);
              setCursors([]);
            }}
          />
        }
      >
        {audit.isPending && <LoadingRows rows={6} />}
        {entries === undefined && <ProblemAlert error={audit.error} onRetry={audit.refetch} />}
        {entries?.length === 0 && (
          <EmptyState
            framed={false}
            icon={<FactCheckOutlined />}
            title={filtered ? 'No entry fits the filter' : 'No entries yet'}
            text={
              filtered
                ? 'Actions are named like instance.create; targets are identifiers such as ins_….'
                : 'The first change you make appears here.'
            }
          />
        )}
        {entries !== undefined && entries.length > 0 && (
          <DataTable
            caption="Audit log"
            rows={entries}
            rowKey={(entry) => entry.id}
            columns={[
              { title: 'Action', render: (entry) => <Action entry={entry} /> },
              { title: 'By', render: (entry) => <Actor actor={entry.actor} /> },
              { title: 'Target', render: (entry) => <Identifier value={entry.target} /> },
              { title: 'From', render: (entry) => entry.address ?? '–' },
              { title: 'Time', render: (entry) => <ExactTime time={entry.time} /> },
              { title: 'Outcome', render: (entry) => <Outcome outcome={entry.outcome} /> },
            ]}
          />
        )}
        {(cursors.length > 0 || next !== null) && (
          <Box
            component="nav"
            aria-label="Pages"
            sx={{ display: 'flex', justifyContent: 'space-between', p: 1.5, borderTop: 1, borderColor: 'line.soft' }}
          >
            <Button size="small" color="inherit" disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
              Newer
            </Button>
            <Typography variant="caption" color="textSecondary" sx={{ alignSelf: 'center' }}>
              Page {cursors.length + 1}
            </Typography>
            <Button
              size="small"
              color="inherit"
              disabled={next === null || audit.isPlaceholderData}
              onClick={() => next !== null && setCursors([...cursors, next])}
            >
              Older
            </Button>
          </Box>
        )}
      </Panel>
    </>
  );
}

function Action({ entry }: { entry: AuditEntry }) {
  const details = Object.entries(entry.details ?? {})
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${String(value).replaceAll(',', ', ')}`);
  return (
    <div>
      <span>{entry.action}</span>
      {details.length > 0 && (
        <Typography variant="caption" component="div" color="textSecondary" sx={{ fontWeight: 400 }}>
          {details.join(', ')}
        </Typography>
      )}
    </div>
  );
}

/** An identifier, shortened to its prefix and its end; in full on hover. */
function Identifier({ value }: { value: string | null }) {
  if (value === null) return '–';
  return (
    <span title={value} style={{ fontFamily: monospace, fontSize: '0.8125rem', whiteSpace: 'nowrap' }}>
      {value.length > 16 ? `${value.slice(0, value.indexOf('_') + 1)}…${value.slice(-6)}` : value}
    </span>
  );
}

function Outcome({ outcome }: { outcome: AuditEntry['outcome'] }) {
  return outcome === 'success' ? <StatusPill tone="good">Success</StatusPill> : <StatusPill tone="caution">Refused</StatusPill>;
}
