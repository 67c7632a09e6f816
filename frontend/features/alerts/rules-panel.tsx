import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { AlertRule, Instance } from '../../api/contract.ts';
import { DataTable } from '../../components/data-table.tsx';
import { Panel } from '../../components/panel.tsx';
import { StatusPill } from '../../components/status-pill.tsx';
import { kindWords } from './alert-words.ts';
import { RuleTest } from './rule-test.tsx';

interface RulesPanelProps {
  rules: readonly AlertRule[];
  instances: readonly Instance[];
  onChange: (rule: AlertRule) => void;
  onDelete: (rule: AlertRule) => void;
}

export function RulesPanel({ rules, instances, onChange, onDelete }: RulesPanelProps) {
  return (
    <Panel title="Rules" flush>
      <DataTable
        caption="Alert rules"
        rows={rules}
        rowKey={({ id }) => id}
        columns={[
          { title: 'Name', render: ({ name }) => name },
          { title: 'When', width: '25%', render: (rule) => <Condition rule={rule} instances={instances} /> },
          { title: 'To', width: '22%', render: (rule) => <Recipients rule={rule} /> },
          {
            title: 'State',
            render: ({ enabled }) =>
              enabled ? <StatusPill tone="good">On</StatusPill> : <StatusPill tone="none">Off</StatusPill>,
          },
          {
            title: 'Actions',
            hideTitle: true,
            align: 'right',
            render: (rule) => (
              <Box sx={{ display: 'inline-flex', flexWrap: { xs: 'wrap', sm: 'nowrap' }, gap: 0.25, '& > *': { minWidth: 0 } }}>
                <RuleTest rule={rule} />
                <Button size="small" color="inherit" onClick={() => onChange(rule)} aria-label={`Change ${rule.name}`}>
                  Change
                </Button>
                <Button size="small" color="error" onClick={() => onDelete(rule)} aria-label={`Delete ${rule.name}`}>
                  Delete
                </Button>
              </Box>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Condition({ rule, instances }: { rule: AlertRule; instances: readonly Instance[] }) {
  const percent = rule.threshold === null ? undefined : `${Math.round(rule.threshold * 1000) / 10} %`;
  const numbers = [
    percent === undefined ? undefined : `from ${percent}`,
    kindWords[rule.kind]?.windowMinutes === undefined ? undefined : `in ${rule.windowMinutes} minutes`,
  ].filter((part) => part !== undefined);
  const instance = rule.instanceId === null ? 'All instances' : nameOf(rule.instanceId, instances);
  return (
    <>
      {kindWords[rule.kind]?.title ?? rule.kind.replaceAll('_', ' ')}
      <Typography variant="caption" component="div" color="textSecondary">
        {[instance, ...numbers].join(', ')}
      </Typography>
    </>
  );
}

function Recipients({ rule }: { rule: AlertRule }) {
  const webhook = rule.webhookUrl === null ? [] : [`Webhook at ${hostOf(rule.webhookUrl)}`];
  return (
    <>
      {[...rule.emails, ...webhook].map((recipient) => (
        <Box key={recipient} sx={{ overflowWrap: 'anywhere' }}>
          {recipient}
        </Box>
      ))}
      {rule.problem !== null && (
        <Typography variant="caption" component="div" sx={{ color: 'tone.caution.text' }}>
          {rule.problem}
        </Typography>
      )}
    </>
  );
}

/** Only the host: the rest of such an address is often a secret of its own. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function nameOf(id: string, instances: readonly Instance[]): string {
  return instances.find((instance) => instance.id === id)?.name ?? 'An instance that is gone';
}
