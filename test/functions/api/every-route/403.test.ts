import { describe, expect, it } from 'vitest';
import { roleIncludes, type WorkspaceRole, workspaceRoles } from '../../../../core/roles.ts';
import { createRunningInstance, problemOf, tokenFor } from '../api-client.ts';
import { allRoutes, pathOf, validBody } from './requests.ts';

/** Who may do what, written down once more and apart from the code. */
const minimalRoles: Record<string, WorkspaceRole> = {
  getMe: 'viewer',
  listKeys: 'viewer',
  createKey: 'admin',
  deleteKey: 'admin',
  rotateKey: 'admin',
  listInstances: 'viewer',
  createInstance: 'member',
  getInstance: 'viewer',
  getInstanceMetrics: 'viewer',
  updateInstance: 'member',
  deleteInstance: 'member',
  startInstance: 'member',
  stopInstance: 'member',
  restartInstance: 'member',
  listTokens: 'viewer',
  createToken: 'member',
  deleteToken: 'member',
  listConnections: 'viewer',
  listLogs: 'viewer',
  listEvents: 'viewer',
  getUsage: 'viewer',
  listAudit: 'admin',
  startArgumentLogging: 'admin',
  endArgumentLogging: 'admin',
  listAlertRules: 'member',
  getAlertRule: 'member',
  createAlertRule: 'admin',
  updateAlertRule: 'admin',
  deleteAlertRule: 'admin',
  testAlertRule: 'admin',
  listAlerts: 'member',
};

it('every route that is not public is in the matrix', () => {
  const guarded = allRoutes.filter(({ access }) => access !== 'public' && access !== 'operator');
  expect(guarded.map((route) => route.operationId).sort()).toEqual(Object.keys(minimalRoles).sort());
});

describe.each(workspaceRoles)('as %s', (role) => {
  it('routes beyond the role are 403, all others are not', async () => {
    for (const route of allRoutes) {
      const minimal = minimalRoles[route.operationId];
      if (minimal === undefined) continue;
      const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
      const token = await tokenFor(platform, owner.workspaceId, role);
      const answer = await api.call(route.method, pathOf(route, { key: keyId, instance: instanceId }), {
        token,
        body: validBody(route.operationId, keyId),
      });
      expect([route.operationId, answer.status === 403]).toEqual([route.operationId, !roleIncludes(role, minimal)]);
      if (answer.status === 403) expect(problemOf(answer)).toBe('not-allowed');
    }
  });

  it('operator routes need an operator, whatever the role', async () => {
    const { platform, api, owner } = await createRunningInstance();
    const without = await tokenFor(platform, owner.workspaceId, role);
    const operator = await tokenFor(platform, owner.workspaceId, role, true);
    expect((await api.call('GET', '/v1/admin/instances', { token: without })).status).toBe(403);
    expect((await api.call('GET', '/v1/admin/instances', { token: operator })).status).toBe(200);
  });
});

it('a refusal by role is told before anything about the body, and changes nothing', async () => {
  const { platform, api, owner } = await createRunningInstance();
  const token = await tokenFor(platform, owner.workspaceId, 'viewer');
  const answer = await api.call('POST', '/v1/instances', { token, rawBody: '{' });
  expect(answer.status).toBe(403);
  expect((await platform.instances.listAll({ limit: 10 })).items).toHaveLength(1);
});
