import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import type { Rollout } from '../../api/contract.ts';
import { StatusPill } from '../../components/status-pill.tsx';
import { goingBackWords, rolloutWords } from './rollout-words.ts';

/** How far a rollout is. */
export function RolloutProgress({ rollout, onCancel }: { rollout: Rollout; onCancel: () => void }) {
  const id = useId();
  // Where something went wrong the reason is known before the end.
  const words = rollout.reason === null ? rolloutWords[rollout.status] : { ...goingBackWords, text: rollout.reason };
  const share = rollout.total === 0 ? 0 : rollout.done / rollout.total;
  return (
    <Box sx={{ px: { xs: 2, sm: 2.5 }, py: 2, borderBottom: 1, borderColor: 'line.soft' }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.5, mb: 1.25 }}>
        <Box sx={{ flex: 1, minWidth: 200 }}>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
            <Typography id={id} variant="h3" component="p">
              {rollout.previousVersion} → {rollout.version}
            </Typography>
            <Box role="status" component="span">
              <StatusPill tone={words.tone} busy>
                {words.title}
              </StatusPill>
            </Box>
          </Box>
          <Typography variant="caption" color="textSecondary">
            {words.text}
          </Typography>
        </Box>
        {rollout.reason === null && (
          <Button size="small" color="error" onClick={onCancel}>
            Cancel rollout
          </Button>
        )}
      </Box>
      <Box
        role="progressbar"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={rollout.total}
        aria-valuenow={rollout.done}
        aria-valuetext={`${rollout.done} of ${rollout.total} instances`}
        sx={{ height: 8, borderRadius: 99, backgroundColor: 'surface.sunken', overflow: 'hidden' }}
      >
        <Box
          sx={{ height: '100%', borderRadius: 99, backgroundColor: 'primary.main', transition: 'width 300ms' }}
          style={{ width: `${share * 100}%` }}
        />
      </Box>
      <Typography variant="caption" component="div" color="textSecondary" sx={{ mt: 0.75, fontVariantNumeric: 'tabular-nums' }}>
        {rollout.done} of {rollout.total} instances
      </Typography>
    </Box>
  );
}
