import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import { useState } from 'react';
import type { Instance, InstanceMode, InstanceSize, Toolset } from '../../../api/contract.ts';
import { toolsets } from '../../../api/contract.ts';
import { type InstanceChange, useChangeInstance } from '../../../api/instances.ts';
import { useKeys } from '../../../api/keys.ts';
import { fieldMessage } from '../../../api/problem.ts';
import { BusyButton } from '../../../components/busy-button.tsx';
import { ChoiceCards } from '../../../components/choice-cards.tsx';
import { Form } from '../../../components/form.tsx';
import { LabelledField } from '../../../components/labelled-field.tsx';
import { LabelledSelect } from '../../../components/labelled-select.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { instanceModes } from '../instance-modes.ts';
import { ToolsetChoice } from './toolset-choice.tsx';

const sizes: readonly { value: InstanceSize; label: string }[] = [
  { value: 'small', label: 'Small (128 MB)' },
  { value: 'medium', label: 'Medium (256 MB)' },
  { value: 'large', label: 'Large (512 MB)' },
];

/** What can be changed about an instance. Its URL and tokens stay the same whatever changes. */
export function SettingsSection({ instance }: { instance: Instance }) {
  const keys = useKeys();
  const save = useChangeInstance(instance.id);
  const [name, setName] = useState(instance.name);
  const [keyId, setKeyId] = useState(instance.keyId);
  const [mode, setMode] = useState<InstanceMode>(instance.mode);
  const [size, setSize] = useState<InstanceSize>(instance.size);
  const [chosen, setChosen] = useState<readonly Toolset[]>(instance.toolsets ?? toolsets);
  const [idle, setIdle] = useState(false);
  const change = changeOf(instance, { name: name.trim(), keyId, mode, size, toolsets: chosen });
  const changed = Object.keys(change);
  const restarts = changed.some((field) => field !== 'name') && instance.status === 'running';
  const refusal = name.trim() === '' ? 'Give the instance a name.' : undefined;

  function submit() {
    setIdle(changed.length === 0);
    if (changed.length > 0 && refusal === undefined && chosen.length > 0) save.mutate(change);
  }

  return (
    <Panel title="Settings" text="URL and tokens stay the same whatever you change here.">
      <Form onSubmit={submit} spacing={3} maxWidth={640}>
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
        <ToolsetChoice chosen={chosen} onChange={setChosen} />
        <LabelledSelect
          label="Memory"
          value={size}
          onChange={setSize}
          options={sizes}
          help="Small is enough for a few clients at once."
          error={fieldMessage(save.error, 'size')}
        />
        <ProblemAlert error={save.error} shownFields={['name', 'keyId', 'size']} />
        {changed.length === 0 && idle && <Alert severity="info">There is nothing to save: everything is as it was.</Alert>}
        {changed.length === 0 && !idle && save.isSuccess && <Alert severity="success">Saved.</Alert>}
        <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.5 }}>
          <BusyButton type="submit" variant="contained" busy={save.isPending}>
            Save changes
          </BusyButton>
          {restarts && (
            <Box component="span" sx={{ fontSize: '0.8125rem', color: 'text.secondary' }}>
              Saving restarts the instance; its clients reconnect.
            </Box>
          )}
        </Box>
      </Form>
    </Panel>
  );
}

interface Settings {
  name: string;
  keyId: string;
  mode: InstanceMode;
  size: InstanceSize;
  toolsets: readonly Toolset[];
}

/** Only what differs, so that a new name alone restarts nothing. */
function changeOf(instance: Instance, settings: Settings): InstanceChange {
  const before = new Set<Toolset>(instance.toolsets ?? toolsets);
  const sameToolsets = before.size === settings.toolsets.length && settings.toolsets.every((toolset) => before.has(toolset));
  return {
    ...(settings.name !== instance.name && { name: settings.name }),
    ...(settings.keyId !== instance.keyId && { keyId: settings.keyId }),
    ...(settings.mode !== instance.mode && { mode: settings.mode }),
    ...(settings.size !== instance.size && { size: settings.size }),
    ...(!sameToolsets && { toolsets: [...settings.toolsets] }),
  };
}
