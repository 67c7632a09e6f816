import { z } from 'zod';
import { workspaceRoleSchema } from '../../core/roles.ts';
import type { Membership } from '../ports.ts';
import { timeAnswer } from './fields.ts';

const userAnswer = z
  .object({ id: z.string(), email: z.string(), name: z.string().nullable(), operator: z.boolean(), createdAt: timeAnswer })
  .meta({ id: 'User' });

const workspaceAnswer = z.object({ id: z.string(), name: z.string(), createdAt: timeAnswer }).meta({ id: 'Workspace' });

/** Who somebody is, where, and what they may do there. */
export const membershipAnswer = z
  .object({ user: userAnswer, workspace: workspaceAnswer, role: workspaceRoleSchema })
  .meta({ id: 'Membership' });

/** The public form of a membership. */
export function showMembership({ user, workspace, role }: Membership): z.input<typeof membershipAnswer> {
  return { user, workspace, role };
}
