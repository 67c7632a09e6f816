import ErrorOutlineRounded from '@mui/icons-material/ErrorOutlineRounded';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { asProblem } from '../api/problem.ts';

interface ProblemAlertProps {
  error: unknown;
  /** Paths of fields that show their own messages; those are not repeated here. */
  shownFields?: readonly string[];
  onRetry?: (() => unknown) | undefined;
}

/** A failure in the problem's own words, at the place where it happened. Nothing where there is none. */
export function ProblemAlert({ error, shownFields = [], onRetry }: ProblemAlertProps) {
  if (error === null || error === undefined) return null;
  const problem = asProblem(error);
  const others = problem.fields.filter((field) => !shownFields.includes(field.path));
  // Where every message stands at its field, a second one would only repeat it.
  if (problem.fields.length > 0 && others.length === 0) return null;
  return (
    <Box
      role="alert"
      sx={{
        display: 'flex',
        gap: 1.25,
        alignItems: 'flex-start',
        p: 1.5,
        borderRadius: 1,
        backgroundColor: 'tone.bad.ground',
        color: 'tone.bad.text',
      }}
    >
      <ErrorOutlineRounded sx={{ fontSize: 20, mt: '1px' }} aria-hidden />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography variant="body2" sx={{ fontWeight: 600 }}>
          {problem.title}
        </Typography>
        {problem.detail !== undefined && <Typography variant="body2">{problem.detail}</Typography>}
        {problem.retryAfter !== undefined && (
          <Typography variant="body2">Try again in {waitingTime(problem.retryAfter)}.</Typography>
        )}
        {others.map((field) => (
          <Typography variant="body2" key={`${field.path} ${field.message}`}>
            {field.path === '' ? field.message : `${field.path}: ${field.message}`}
          </Typography>
        ))}
      </Box>
      {onRetry !== undefined && (
        <Button size="small" color="inherit" onClick={() => onRetry()}>
          Try again
        </Button>
      )}
    </Box>
  );
}

function waitingTime(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
