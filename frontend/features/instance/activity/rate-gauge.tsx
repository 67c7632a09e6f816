import Box from '@mui/material/Box';
import { useId } from 'react';
import type { RateLimit } from '../../../api/contract.ts';
import { StatusPill, type ToneName } from '../../../components/status-pill.tsx';
import { Facts } from './facts.tsx';

const count = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Calls that left in the last minute against what a minute may hold, and what holds calls back. */
export function RateGauge({ rate }: { rate: RateLimit }) {
  const id = useId();
  const tone = toneOf(rate);
  const used = `${count.format(rate.usedLastMinute)} of ${count.format(rate.perMinute)}`;
  return (
    <div>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', justifyContent: 'space-between', gap: 1, mb: 0.75 }}>
        <Box id={id} component="span" sx={{ fontSize: '0.875rem', fontWeight: 600 }}>
          Calls to Smartlead in the last minute
        </Box>
        <Box component="span" sx={{ fontSize: '0.875rem', fontVariantNumeric: 'tabular-nums' }}>
          {used}
        </Box>
      </Box>
      <Box
        role="meter"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={rate.perMinute}
        aria-valuenow={Math.min(rate.usedLastMinute, rate.perMinute)}
        aria-valuetext={used}
        sx={{ height: 10, borderRadius: 99, backgroundColor: 'surface.sunken', overflow: 'hidden' }}
      >
        <Box
          sx={{ height: '100%', borderRadius: 99, backgroundColor: `tone.${tone}.mark`, transition: 'width 300ms' }}
          style={{ width: `${Math.min(100, (rate.usedLastMinute / Math.max(1, rate.perMinute)) * 100)}%` }}
        />
      </Box>
      <Box role="status" sx={{ mt: 1.25, mb: 2 }}>
        <StatusPill tone={tone} busy={rate.pausedSeconds > 0 || rate.waiting > 0}>
          {stateOf(rate)}
        </StatusPill>
      </Box>
      <Facts
        facts={[
          { name: 'Waiting calls', value: count.format(rate.waiting) },
          { name: 'Paused', value: rate.pausedSeconds > 0 ? `for ${Math.ceil(rate.pausedSeconds)} s` : 'no' },
          { name: 'Limit', value: `${count.format(rate.perSecond)} a second, ${count.format(rate.perMinute)} a minute` },
          { name: 'Limit comes from', value: rate.learned ? 'Smartlead’s answers' : 'a safe start' },
          { name: 'Left for now', value: rate.remaining === null ? '–' : count.format(rate.remaining) },
        ]}
      />
    </div>
  );
}

function toneOf(rate: RateLimit): ToneName {
  if (rate.pausedSeconds > 0) return 'bad';
  return rate.waiting > 0 || rate.usedLastMinute >= 0.9 * rate.perMinute ? 'caution' : 'good';
}

function stateOf(rate: RateLimit): string {
  if (rate.pausedSeconds > 0) return 'Smartlead asked to pause';
  if (rate.waiting > 0) return 'Calls wait for their turn';
  return rate.usedLastMinute >= 0.9 * rate.perMinute ? 'Near the limit' : 'Below the limit';
}
