import { z } from 'zod';

/** Roles in a workspace, from most to least power. `operator` is a property of the user on the platform, not a role here. */
export const workspaceRoles = ['owner', 'admin', 'member', 'viewer'] as const;
export const workspaceRoleSchema = z.enum(workspaceRoles);
export type WorkspaceRole = z.infer<typeof workspaceRoleSchema>;

/** Whether a role includes all the power of another. */
export function roleIncludes(role: WorkspaceRole, required: WorkspaceRole): boolean {
  return workspaceRoles.indexOf(role) <= workspaceRoles.indexOf(required);
}
