import Box from '@mui/material/Box';
import { useState } from 'react';
import type { CreatedInstanceToken, Instance, SmartleadKey } from '../../api/contract.ts';
import { useInstances } from '../../api/instances.ts';
import { useKeys } from '../../api/keys.ts';
import { LoadingRows } from '../../components/loading-rows.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { DoneStep } from './done-step.tsx';
import { GuideProgress } from './guide-progress.tsx';
import { KeyStep } from './key-step.tsx';
import { NameStep } from './name-step.tsx';

const steps = ['Smartlead key', 'Instance', 'Connect'];

/** From nothing to a working URL in three steps; for a first instance and for every further one. */
export function GuidePage() {
  const keys = useKeys();
  const instances = useInstances();
  const [key, setKey] = useState<SmartleadKey>();
  const [made, setMade] = useState<{ instance: Instance; token: CreatedInstanceToken | undefined }>();
  const [firstRun, setFirstRun] = useState<boolean>();

  // Decided once: the instance made here must not change the words of the page.
  if (firstRun === undefined && instances.data !== undefined) setFirstRun(instances.data.items.length === 0);
  const step = made !== undefined ? 2 : key !== undefined ? 1 : 0;

  return (
    <Box sx={{ maxWidth: 760, mx: 'auto' }}>
      <PageHeader
        title={firstRun ? 'Set up your first instance' : 'New instance'}
        text={firstRun ? 'Three short steps, about a minute. At the end you hold a URL that an MCP client can use.' : undefined}
      />
      <GuideProgress steps={steps} current={step} />
      <Box
        sx={{ border: 1, borderColor: 'line.soft', borderRadius: 1.5, backgroundColor: 'surface.raised', p: { xs: 2, sm: 4 } }}
      >
        {keys.error !== null && keys.data === undefined && <ProblemAlert error={keys.error} onRetry={keys.refetch} />}
        {keys.isPending && <LoadingRows rows={2} />}
        {keys.data !== undefined && step === 0 && <KeyStep keys={keys.data.items} onDone={setKey} />}
        {step === 1 && key !== undefined && (
          <NameStep
            smartleadKey={key}
            suggestedName={suggestName(instances.data?.items ?? [])}
            onBack={() => setKey(undefined)}
            onDone={(instance, token) => setMade({ instance, token })}
          />
        )}
        {made !== undefined && <DoneStep instanceId={made.instance.id} token={made.token} />}
      </Box>
    </Box>
  );
}

function suggestName(instances: readonly Instance[]): string {
  const taken = new Set(instances.map((instance) => instance.name));
  if (!taken.has('Smartlead')) return 'Smartlead';
  let number = 2;
  while (taken.has(`Smartlead ${number}`)) number += 1;
  return `Smartlead ${number}`;
}
