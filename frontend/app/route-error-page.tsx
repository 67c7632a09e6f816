import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { Link, useRouteError } from 'react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { PageHeader } from '../components/page-header.tsx';

/** In the place of a screen that failed to load or to draw; the rest of the dashboard stays usable. */
export function RouteErrorPage() {
  const error = useRouteError();
  // After an update of the service the old page asks for files that are gone.
  const outdated = error instanceof TypeError && /import|module|fetch/i.test(error.message);
  return (
    <Stack component="section" sx={{ p: { xs: 2, sm: 4 } }}>
      <PageHeader title={outdated ? 'The dashboard was updated' : 'This page ran into a fault'} />
      <EmptyState
        title={outdated ? 'Reload to get the new version' : 'It is a fault of the dashboard, not of your instances'}
        text={
          outdated
            ? 'This page could not be loaded. Nothing you saved is lost.'
            : 'Your instances keep running. Reload the page; if the fault comes back, tell whoever runs this installation what you did.'
        }
        action={
          <Stack direction="row" spacing={1}>
            <Button variant="contained" onClick={() => window.location.reload()}>
              Reload the page
            </Button>
            <Button variant="outlined" color="inherit" component={Link} to="/instances">
              Go to your instances
            </Button>
          </Stack>
        }
      />
    </Stack>
  );
}
