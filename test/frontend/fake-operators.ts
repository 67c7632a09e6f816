import { Router } from 'express';
import type { AdminHealth, AdminInstance, Rollout, Versions } from '../../frontend/api/contract.ts';
import { problem } from './fake-problem.ts';
import { type FakeState, identifier } from './fake-state.ts';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** What operators see of the installation. A rollout moves on a little at every look. */
export function operatorRoutes(state: FakeState): Router {
  const router = Router();
  router.use((_request, response, next) => {
    if (state.operator) return next();
    problem(response, 403, 'not-allowed', 'You may not do this');
  });
  router.get('/health', (_request, response) => void response.json({ ...state.health, checkedAt: ago(0) }));
  router.get('/instances', (_request, response) => {
    const items: AdminInstance[] = state.instances.map(({ id, name, status, statusReason }, index) => ({
      id,
      name,
      status,
      statusReason,
      workspaceId: index % 2 === 0 ? 'wsp_northwind' : 'wsp_contoso',
      runtime: status === 'running' ? { launcher: 'child-process', ref: '41287', address: '127.0.0.1:38211' } : null,
    }));
    response.json({ items, nextCursor: null });
  });
  router.get('/versions', (_request, response) => void response.json(state.versions));
  router.get('/rollouts', (_request, response) => {
    for (const rollout of state.rollouts) moveOn(rollout);
    response.json({ items: state.rollouts, nextCursor: null });
  });
  router.post('/rollouts', (request, response) => {
    const { version = state.versions.current ?? '0.4.1' } = request.body as { version?: string };
    const rollout: Rollout = {
      ...{ id: identifier('rol'), version, previousVersion: '0.4.1', status: 'canary', total: 6, done: 0 },
      ...{ failedInstanceId: null, reason: null, startedAt: ago(0), endedAt: null },
    };
    state.rollouts.unshift(rollout);
    response.status(201).json(rollout);
  });
  router.post('/rollouts/:id/cancel', (request, response) => {
    const rollout = state.rollouts.find(({ id }) => id === request.params.id);
    if (rollout === undefined) return problem(response, 404, 'not-found', 'Not found');
    Object.assign(rollout, { status: 'rolled_back', reason: 'An operator cancelled it.', endedAt: ago(0) });
    response.json(rollout);
  });

  function moveOn(rollout: Rollout): void {
    if ((rollout.status !== 'canary' && rollout.status !== 'rolling') || state.rolloutsStand) return;
    rollout.done += 1;
    rollout.status = rollout.done < rollout.total ? 'rolling' : 'done';
    if (rollout.status === 'done') rollout.endedAt = ago(0);
  }
  return router;
}

export const fakeHealth = (): AdminHealth => ({
  checkedAt: ago(1),
  holds: true,
  counts: { instances: 5, processes: 1, routes: 2, secrets: 3, tokens: 2 },
  violations: [],
  components: [
    { name: 'database', status: 'ok', detail: null },
    { name: 'router', status: 'ok', detail: null },
    { name: 'launcher', status: 'ok', detail: null },
    { name: 'mail', status: 'failing', detail: 'The mail server refuses the connection (ECONNREFUSED).' },
  ],
});

export const fakeVersions = (): Versions => ({
  current: '0.5.0',
  items: [
    { version: '0.5.0', installedAt: ago(50), instances: 1 },
    { version: '0.4.1', installedAt: ago(60 * 24 * 12), instances: 4 },
  ],
});

export const fakeRollouts = (): Rollout[] => [
  {
    id: 'rol_past',
    version: '0.5.0',
    previousVersion: '0.4.1',
    status: 'rolled_back',
    total: 5,
    done: 1,
    failedInstanceId: 'ins_main',
    reason: 'The canary answered three checks in a row with an error.',
    startedAt: ago(40),
    endedAt: ago(38),
  },
];
