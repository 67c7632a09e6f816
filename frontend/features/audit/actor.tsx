import { useSignedInSession } from '../../auth/auth-context.tsx';

/** Who did it: `user:<id>`, `api-key:<id>` or `system`, in words where we know them. */
export function Actor({ actor }: { actor: string }) {
  const { user } = useSignedInSession();
  if (actor === `user:${user.id}`) return <span title={actor}>You</span>;
  if (actor === 'system') return 'The service';
  if (actor === 'anonymous') return 'Not signed in';
  const [kind, id = ''] = actor.split(':');
  return (
    <span title={actor}>
      {kind === 'api-key' ? 'API key' : 'User'} …{id.slice(-6)}
    </span>
  );
}
