import DeleteOutlineRounded from '@mui/icons-material/DeleteOutlineRounded';
import PlayArrowRounded from '@mui/icons-material/PlayArrowRounded';
import RestartAltRounded from '@mui/icons-material/RestartAltRounded';
import StopRounded from '@mui/icons-material/StopRounded';
import WbSunnyOutlined from '@mui/icons-material/WbSunnyOutlined';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Instance, InstanceStatus } from '../../api/contract.ts';
import { type InstanceOperation, useDeleteInstance, useOperateInstance } from '../../api/instances.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';

const restartable: ReadonlySet<InstanceStatus> = new Set(['running', 'unauthenticated', 'failed']);

/** Start, stop, wake, restart and delete, as far as the present state allows them. */
export function InstanceOperations({ instance }: { instance: Instance }) {
  const [asking, setAsking] = useState<'stop' | 'delete'>();
  const operate = useOperateInstance(instance.id);
  const remove = useDeleteInstance(instance.id);
  const navigate = useNavigate();
  const stopped = instance.status === 'stopped';
  const asleep = instance.status === 'sleeping';
  const running = (operation: InstanceOperation) => operate.isPending && operate.variables === operation;

  function close() {
    setAsking(undefined);
    remove.reset();
  }

  return (
    <Box sx={{ display: 'grid', gap: 1, justifyItems: { sm: 'end' } }}>
      <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap' }}>
        {/* Wake and restart are one button as well. */}
        {(asleep || restartable.has(instance.status)) && (
          <BusyButton
            variant={asleep ? 'contained' : 'outlined'}
            color={asleep ? 'primary' : 'inherit'}
            startIcon={asleep ? <WbSunnyOutlined /> : <RestartAltRounded />}
            busy={running('restart') || (running('start') && !stopped)}
            onClick={() => operate.mutate(asleep ? 'start' : 'restart')}
          >
            {asleep ? 'Wake' : 'Restart'}
          </BusyButton>
        )}
        {/* Start and stop are one button, so that whoever pressed one keeps the focus when it becomes the other. */}
        {instance.status !== 'suspended' && (
          <BusyButton
            variant={stopped ? 'contained' : 'outlined'}
            color={stopped ? 'primary' : 'inherit'}
            startIcon={stopped ? <PlayArrowRounded /> : <StopRounded />}
            busy={(running('start') && stopped) || running('stop') || instance.status === 'stopping'}
            onClick={() => (stopped ? operate.mutate('start') : setAsking('stop'))}
          >
            {stopped ? 'Start' : 'Stop'}
          </BusyButton>
        )}
        <Tooltip title="Delete instance">
          <IconButton
            aria-label="Delete instance"
            onClick={() => setAsking('delete')}
            sx={{
              border: 1,
              borderColor: 'line.strong',
              width: 36,
              height: 36,
              backgroundColor: 'surface.raised',
              color: 'error.main',
            }}
          >
            <DeleteOutlineRounded sx={{ fontSize: 19 }} />
          </IconButton>
        </Tooltip>
      </Box>
      <ProblemAlert error={operate.error} />
      <ConfirmDialog
        open={asking === 'stop'}
        title={`Stop “${instance.name}”?`}
        confirmLabel="Stop instance"
        busy={false}
        error={null}
        onClose={close}
        onConfirm={() => {
          operate.mutate('stop');
          close();
        }}
      >
        Its clients lose their connection until you start it again. URL, tokens and settings stay as they are.
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'delete'}
        title={`Delete “${instance.name}”?`}
        confirmLabel="Delete instance"
        busy={remove.isPending}
        error={remove.error}
        onClose={close}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => navigate('/instances') })}
      >
        Its URL and all its tokens stop working at once, for good. Your Smartlead key and everything at Smartlead stay as they
        are.
      </ConfirmDialog>
    </Box>
  );
}
