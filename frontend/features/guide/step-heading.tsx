import Typography from '@mui/material/Typography';
import { type ReactNode, useEffect, useRef } from 'react';

/** Heading of a step. It takes the focus when the step appears, so that keyboard and screen reader go on from there. */
export function StepHeading({ title, text, focus = true }: { title: string; text: ReactNode; focus?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, [focus]);
  return (
    <div>
      <Typography variant="h2" ref={heading} tabIndex={-1} sx={{ fontSize: '1.1875rem', outline: 'none' }}>
        {title}
      </Typography>
      <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
        {text}
      </Typography>
    </div>
  );
}
