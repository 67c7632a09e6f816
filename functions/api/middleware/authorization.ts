import { ProblemError } from '../../../core/problem.ts';
import { roleIncludes } from '../../../core/roles.ts';
import { type ApiMiddleware, routeOf } from './request-state.ts';

/** Refuses callers whose role is not enough for the route. */
export function authorization(): ApiMiddleware {
  return {
    before({ context }) {
      const { access } = routeOf(context);
      if (access === 'public') return;
      const { subject } = context.state;
      if (subject === undefined) throw new ProblemError('not-signed-in');
      if (access === 'operator') {
        if (!subject.operator)
          throw new ProblemError('not-allowed', { detail: 'Only operators of the installation may do this.' });
        return;
      }
      if (!roleIncludes(subject.role, access)) {
        throw new ProblemError('not-allowed', {
          detail: `This needs the role "${access}"; yours is "${subject.role}". Ask an owner of the workspace.`,
        });
      }
    },
  };
}
