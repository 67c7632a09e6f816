import { useEffect, useState } from 'react';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;
const refreshMilliseconds = 30_000;

/** A time as `5 minutes ago`, exact on hover; it grows older by itself. */
export function RelativeTime({ time }: { time: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), refreshMilliseconds);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={time} title={absolute.format(new Date(time))}>
      {distance(new Date(time).getTime() - now)}
    </time>
  );
}

/** A time exactly, in the reader's time zone. */
export function ExactTime({ time, show = 'all' }: { time: string; show?: 'all' | 'day' | 'clock' }) {
  const format = show === 'day' ? day : show === 'clock' ? clock : absolute;
  return (
    <time dateTime={time} title={absolute.format(new Date(time))} style={{ whiteSpace: 'nowrap' }}>
      {format.format(new Date(time))}
    </time>
  );
}

function distance(milliseconds: number): string {
  for (const [unit, length] of units) {
    if (Math.abs(milliseconds) >= length) return relative.format(Math.round(milliseconds / length), unit);
  }
  return milliseconds > 0 ? 'in a moment' : 'just now';
}
