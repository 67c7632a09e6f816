import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import Stack from '@mui/material/Stack';
import Switch from '@mui/material/Switch';
import { useId, useState } from 'react';
import { useSaveAlertRule } from '../../api/alerts.ts';
import type { AlertRule, Instance } from '../../api/contract.ts';
import { useSignedInSession } from '../../auth/auth-context.tsx';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { changeOfRule, draftOfRule, newDraft, refusalsOf, settingsOf } from './rule-draft.ts';
import { RuleFields } from './rule-fields.tsx';
import { WebhookSecret } from './webhook-secret.tsx';

const shownFields = ['name', 'instanceId', 'threshold', 'windowMinutes', 'emails', 'webhookUrl'];

interface RuleDialogProps {
  /** The rule to change; a new one is made where there is none. */
  rule: AlertRule | undefined;
  instances: readonly Instance[];
  onClose: () => void;
}

/** Makes or changes a rule. Where that makes a webhook, its secret is shown, this once. */
export function RuleDialog({ rule, instances, onClose }: RuleDialogProps) {
  const { user } = useSignedInSession();
  const [draft, setDraft] = useState(() => (rule === undefined ? newDraft(user.email) : draftOfRule(rule)));
  const [submitted, setSubmitted] = useState(false);
  const save = useSaveAlertRule(rule?.id);
  const titleId = useId();
  const refusals = refusalsOf(draft);
  const secret = save.data?.webhookSecret;

  function submit() {
    setSubmitted(true);
    if (Object.keys(refusals).length > 0) return;
    const settings = settingsOf(draft);
    const change = rule === undefined ? settings : changeOfRule(rule, settings);
    if (Object.keys(change).length === 0) return onClose();
    save.mutate(change, {
      onSuccess: (saved) => {
        if (typeof saved.webhookSecret !== 'string') onClose();
      },
    });
  }

  if (typeof secret === 'string') {
    return (
      <Dialog
        open
        // A click beside the dialog must not lose a secret that is shown only once.
        onClose={(_event, reason) => (reason === 'backdropClick' ? undefined : onClose())}
        aria-labelledby={titleId}
        maxWidth="sm"
        fullWidth
      >
        <DialogTitle id={titleId}>Copy the webhook’s secret now</DialogTitle>
        <DialogContent>
          <WebhookSecret secret={secret} />
        </DialogContent>
        <DialogActions>
          <Button variant="outlined" color="inherit" onClick={onClose} autoFocus>
            Done, I have kept it
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="sm" fullWidth>
      <DialogTitle id={titleId}>{rule === undefined ? 'New rule' : `Change “${rule.name}”`}</DialogTitle>
      <Form onSubmit={submit} spacing={0}>
        <DialogContent>
          <Stack spacing={2.25}>
            <RuleFields
              draft={draft}
              onChange={setDraft}
              refusals={submitted ? refusals : {}}
              error={save.error}
              instances={instances}
              kindIsFixed={rule !== undefined}
            />
            <FormControlLabel
              control={
                <Switch
                  size="small"
                  checked={draft.enabled}
                  onChange={(event) => setDraft({ ...draft, enabled: event.target.checked })}
                />
              }
              label="On"
              sx={{ ml: 0, gap: 1, '& .MuiFormControlLabel-label': { fontSize: '0.875rem' } }}
            />
            <ProblemAlert error={save.error} shownFields={shownFields} />
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button color="inherit" onClick={onClose}>
            Cancel
          </Button>
          <BusyButton type="submit" variant="contained" busy={save.isPending}>
            {rule === undefined ? 'Create rule' : 'Save rule'}
          </BusyButton>
        </DialogActions>
      </Form>
    </Dialog>
  );
}
