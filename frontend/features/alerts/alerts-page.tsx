import AddRounded from '@mui/icons-material/AddRounded';
import NotificationsNoneRounded from '@mui/icons-material/NotificationsNoneRounded';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import { useAlertRules, useDeleteAlertRule } from '../../api/alerts.ts';
import type { AlertRule } from '../../api/contract.ts';
import { useInstances } from '../../api/instances.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LoadingRows } from '../../components/loading-rows.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { AlertHistory } from './alert-history.tsx';
import { RuleDialog } from './rule-dialog.tsx';
import { RulesPanel } from './rules-panel.tsx';

type Asking = { action: 'create' } | { action: 'change' | 'delete'; rule: AlertRule };

/** Whom the workspace tells of what, and what it told. */
export function AlertsPage() {
  const rules = useAlertRules();
  const instances = useInstances();
  const remove = useDeleteAlertRule();
  const [asking, setAsking] = useState<Asking>();
  const items = rules.data?.items;
  const names = instances.data?.items ?? [];

  function close() {
    setAsking(undefined);
    remove.reset();
  }

  const create = (
    <Button variant="contained" startIcon={<AddRounded />} onClick={() => setAsking({ action: 'create' })}>
      New rule
    </Button>
  );

  return (
    <>
      <PageHeader
        title="Alerts"
        text="By e-mail or to a webhook of yours, once for each time something goes wrong."
        actions={items !== undefined && items.length > 0 && create}
      />
      {items === undefined && <ProblemAlert error={rules.error} onRetry={rules.refetch} />}
      {rules.isPending && <LoadingRows />}
      <Stack spacing={2.5}>
        {items?.length === 0 && (
          <EmptyState
            icon={<NotificationsNoneRounded />}
            title="No rule yet"
            text="Be told when an instance fails, when many calls fail, when Smartlead refuses a key, or before a quota is used up."
            action={create}
          />
        )}
        {items !== undefined && items.length > 0 && (
          <RulesPanel
            rules={items}
            instances={names}
            onChange={(rule) => setAsking({ action: 'change', rule })}
            onDelete={(rule) => setAsking({ action: 'delete', rule })}
          />
        )}
        {items !== undefined && <AlertHistory rules={items} instances={names} />}
      </Stack>
      {asking?.action === 'create' && <RuleDialog rule={undefined} instances={names} onClose={close} />}
      {asking?.action === 'change' && <RuleDialog rule={asking.rule} instances={names} onClose={close} />}
      <ConfirmDialog
        open={asking?.action === 'delete'}
        title={`Delete “${asking?.action === 'delete' ? asking.rule.name : ''}”?`}
        confirmLabel="Delete rule"
        busy={remove.isPending}
        error={remove.error}
        onClose={close}
        onConfirm={() => asking?.action === 'delete' && remove.mutate(asking.rule.id, { onSuccess: close })}
      >
        Nobody is told by this rule any more. If it had a webhook, its secret is forgotten.
      </ConfirmDialog>
    </>
  );
}
