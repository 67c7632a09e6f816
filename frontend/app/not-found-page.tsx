import Button from '@mui/material/Button';
import { Link } from 'react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { PageHeader } from '../components/page-header.tsx';

/** For addresses that lead nowhere. */
export function NotFoundPage() {
  return (
    <>
      <PageHeader title="Page not found" />
      <EmptyState
        title="There is nothing at this address"
        text="It may have been deleted, or the link is not complete."
        action={
          <Button variant="contained" component={Link} to="/instances">
            Go to your instances
          </Button>
        }
      />
    </>
  );
}
