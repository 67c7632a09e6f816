import { ProblemError } from '../../core/problem.ts';
import { membershipAnswer, showMembership } from './people.ts';
import { type ApiResource, defineRoute } from './route.ts';

const getMe = defineRoute({
  method: 'GET',
  path: '/v1/me',
  operationId: 'getMe',
  summary: 'Read who is signed in',
  access: 'viewer',
  response: { status: 200, description: 'The caller, their workspace and their role in it.', schema: membershipAnswer },
  async handle({ platform, subject }) {
    const membership = await platform.accounts.findMembership(subject.userId, subject.workspaceId);
    if (membership === undefined) throw new ProblemError('not-signed-in', { detail: 'This account does not exist any more.' });
    // What somebody may do as an operator is decided by who they are at the moment of the request.
    const user = { ...membership.user, operator: subject.operator };
    return { body: showMembership({ ...membership, user }) };
  },
});

export const me: ApiResource = { name: 'me', description: 'The caller', routes: [getMe] };
