import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import type { Instance, InstanceMode } from '../../../api/contract.ts';
import { type InstanceChange, useChangeInstance } from '../../../api/instances.ts';
import { useKeys } from '../../../api/keys.ts';
import { fieldMessage } from '../../../api/problem.ts';
import { useTools } from '../../../api/tools.ts';
import { BusyButton } from '../../../components/busy-button.tsx';
import { ChoiceCards } from '../../../components/choice-cards.tsx';
import { Form } from '../../../components/form.tsx';
import { LabelledField } from '../../../components/labelled-field.tsx';
import { LabelledSelect } from '../../../components/labelled-select.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { type AccessDraft, accessChange, accessRefusal, draftOf } from '../access/access-draft.ts';
import { PolicyChoice } from '../access/policy-choice.tsx';
import { PolicySwitchChoice } from '../access/policy-switch-choice.tsx';
import { ToolChoice } from '../access/tool-choice.tsx';
import { ToolLists } from '../access/tool-lists.tsx';
import { instanceModes } from '../instance-modes.ts';
import { type RunningDraft, RunningFields } from './running-fields.tsx';
import { sleepDraftOf, sleepRefusal, sleepSeconds } from './sleep-draft.ts';

const formWidth = 640;
const shownFields = ['name', 'keyId', 'size', 'maxReplicas', 'sleepAfterSeconds', 'allowedTools', 'deniedTools'];
/** What the platform itself acts on; everything else an instance learns when it starts. */
const appliesAtOnce: ReadonlySet<string> = new Set(['name', 'sleepAfterSeconds', 'maxReplicas']);

/** What can be changed about an instance. Its URL and tokens stay the same whatever changes. */
export function SettingsSection({ instance }: { instance: Instance }) {
  const keys = useKeys();
  const save = useChangeInstance(instance.id);
  const [name, setName] = useState(instance.name);
  const [keyId, setKeyId] = useState(instance.keyId);
  const [mode, setMode] = useState<InstanceMode>(instance.mode);
  const [running, setRunning] = useState<RunningDraft>(() => ({
    size: instance.size,
    sleep: sleepDraftOf(instance.sleepAfterSeconds),
    maxReplicas: instance.maxReplicas,
  }));
  const [access, setAccess] = useState<AccessDraft>(() => draftOf(instance));
  const [idle, setIdle] = useState(false);
  const tools = useTools();
  const change = { ...changeOf(instance, { name: name.trim(), keyId, mode, ...running }), ...accessChange(instance, access) };
  const changed = Object.keys(change);
  const restarts = changed.some((field) => !appliesAtOnce.has(field));
  const refusal = name.trim() === '' ? 'Give the instance a name.' : undefined;
  const toolRefusal = accessRefusal(access);
  const acceptable = refusal === undefined && toolRefusal === undefined && sleepRefusal(running.sleep) === undefined;

  function submit() {
    setIdle(changed.length === 0);
    if (changed.length > 0 && acceptable) save.mutate(change);
  }

  return (
    <Form onSubmit={submit}>
      <Panel title="Settings" text="URL and tokens stay the same whatever you change here.">
        <Stack spacing={3} sx={{ maxWidth: formWidth }}>
          <LabelledField
            label="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={refusal ?? fieldMessage(save.error, 'name')}
          />
          <LabelledSelect
            label="Smartlead key"
            value={keyId}
            onChange={setKeyId}
            options={(keys.data?.items ?? []).map((key) => ({ value: key.id, label: `${key.label} (…${key.last4})` }))}
            error={fieldMessage(save.error, 'keyId')}
          />
          <ChoiceCards label="Who connects to it?" value={mode} onChange={setMode} choices={instanceModes} />
          <RunningFields draft={running} onChange={setRunning} error={save.error} />
        </Stack>
      </Panel>
      <Panel title="Permissions" text="What clients may do through this instance, whatever they ask for.">
        <Stack spacing={3} sx={{ maxWidth: formWidth }}>
          <PolicyChoice policy={access.policy} onChange={(policy) => setAccess({ ...access, policy })} />
          <PolicySwitchChoice policy={access.policy} allow={access.allow} onChange={(allow) => setAccess({ ...access, allow })} />
        </Stack>
      </Panel>
      <Panel
        title="Tools"
        text="What clients see. The fewer tools, the better a model chooses, and the less of its context they take."
      >
        <Stack spacing={2} sx={{ maxWidth: formWidth }}>
          <ToolChoice
            choice={access.tools}
            onChange={(chosen) => setAccess({ ...access, tools: chosen })}
            tools={tools.data}
            error={toolRefusal}
          />
          <ToolLists
            lists={access}
            onChange={(lists) => setAccess({ ...access, ...lists })}
            tools={tools.data}
            problem={save.error}
          />
          {tools.data === undefined && <ProblemAlert error={tools.error} onRetry={tools.refetch} />}
        </Stack>
      </Panel>
      <ProblemAlert error={save.error} shownFields={shownFields} />
      {changed.length === 0 && idle && <Alert severity="info">There is nothing to save: everything is as it was.</Alert>}
      {changed.length === 0 && !idle && save.isSuccess && <Alert severity="success">Saved.</Alert>}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.5 }}>
        <BusyButton type="submit" variant="contained" busy={save.isPending}>
          Save changes
        </BusyButton>
        {restarts && (instance.status === 'running' || instance.status === 'sleeping') && (
          <Box component="span" sx={{ fontSize: '0.8125rem', color: 'text.secondary' }}>
            {instance.status === 'running'
              ? 'Saving restarts the instance; its clients stay connected.'
              : 'The change takes effect when the instance wakes.'}
          </Box>
        )}
      </Box>
    </Form>
  );
}

interface Settings extends RunningDraft {
  name: string;
  keyId: string;
  mode: InstanceMode;
}

/** Only what differs, so that a new name alone restarts nothing. */
function changeOf(instance: Instance, settings: Settings): InstanceChange {
  const sleepAfterSeconds = sleepSeconds(settings.sleep);
  return {
    ...(settings.name !== instance.name && { name: settings.name }),
    ...(settings.keyId !== instance.keyId && { keyId: settings.keyId }),
    ...(settings.mode !== instance.mode && { mode: settings.mode }),
    ...(settings.size !== instance.size && { size: settings.size }),
    ...(settings.maxReplicas !== instance.maxReplicas && { maxReplicas: settings.maxReplicas }),
    // Minutes that make no sense count as a change, so that saving says so at the field.
    ...(sleepAfterSeconds !== instance.sleepAfterSeconds && { sleepAfterSeconds: sleepAfterSeconds ?? null }),
  };
}
