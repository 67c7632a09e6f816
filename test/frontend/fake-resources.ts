import { type Response, Router } from 'express';
import type { Instance, LogEntry, UsageRow } from '../../frontend/api/contract.ts';
import { connectionsOf } from './fake-connections.ts';
import { fakeSeries } from './fake-metrics.ts';
import { problem } from './fake-problem.ts';
import { type FakeState, identifier, instance as makeInstance } from './fake-state.ts';

const steps = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Keys, instances, tokens, logs, usage and audit, by the contract. `base` is the public URL. */
export function resourceRoutes(state: FakeState, base: () => string): Router {
  const router = Router();
  const now = () => new Date().toISOString();
  const page = <Item>(items: Item[]) => ({ items, nextCursor: null });

  router.get('/keys', (_request, response) => void response.json(page(state.keys)));
  router.post('/keys', async (request, response) => {
    const { label, apiKey } = request.body as { label: string; apiKey: string };
    if (await refused(apiKey, response)) return;
    const key = {
      id: identifier('key'),
      label,
      last4: apiKey.slice(-4),
      status: 'valid' as const,
      createdAt: now(),
      rotatedAt: null,
    };
    state.keys.unshift(key);
    response.status(201).json(key);
  });
  router.post('/keys/:id/rotate', async (request, response) => {
    const { apiKey } = request.body as { apiKey: string };
    if (await refused(apiKey, response)) return;
    const key = state.keys.find((each) => each.id === request.params.id);
    if (key === undefined) return notFound(response);
    Object.assign(key, { last4: apiKey.slice(-4), status: 'valid', rotatedAt: now() });
    response.json(key);
  });
  router.delete('/keys/:id', (request, response) => {
    state.keys = state.keys.filter((each) => each.id !== request.params.id);
    response.status(204).end();
  });

  router.get('/instances', (_request, response) => void response.json(page(state.instances)));
  router.post('/instances', (request, response) => {
    const { name, ...settings } = request.body as Pick<Instance, 'name'> & Partial<Instance>;
    if (name.length > 80) {
      return problem(response, 400, 'invalid-input', 'Some fields are not valid', {
        errors: [{ path: 'name', message: 'must have at most 80 characters' }],
      });
    }
    const made = makeInstance(base(), identifier('ins'), name, 'provisioning', {
      ...settings,
      statusReason: 'The instance is being started. This takes a few seconds.',
      createdAt: now(),
    });
    state.instances.unshift(made);
    run(made);
    response.status(201).json(made);
  });

  router.use('/instances/:id', (request, response, next) => {
    if (state.instances.some((each) => each.id === request.params.id)) return next();
    notFound(response);
  });
  router.get('/instances/:id', (request, response) => void response.json(find(request.params.id)));
  router.patch('/instances/:id', (request, response) => void response.json(Object.assign(find(request.params.id), request.body)));
  router.delete('/instances/:id', (request, response) => {
    state.instances = state.instances.filter((each) => each.id !== request.params.id);
    response.status(204).end();
  });
  router.post('/instances/:id/:operation', (request, response, next) => {
    const found = find(request.params.id);
    const operation = request.params.operation;
    if (operation === 'stop') {
      Object.assign(found, {
        status: 'stopped',
        statusReason: 'The instance was stopped and answers nobody.',
        nextStep: 'Start it when you need it again.',
      });
    } else if (operation === 'start' || operation === 'restart') {
      Object.assign(found, {
        status: 'restarting',
        statusReason: 'The instance is being restarted. Its URL stays the same.',
        nextStep: null,
        replicas: 1,
      });
      run(found);
    } else return next();
    response.status(202).json(found);
  });
  router.post('/instances/:id/argument-logging', (request, response) => {
    const { minutes = 60 } = request.body as { minutes?: number };
    const argumentLogUntil = new Date(Date.now() + minutes * 60_000).toISOString();
    response.json(Object.assign(find(request.params.id), { argumentLogUntil }));
  });
  router.delete('/instances/:id/argument-logging', (request, response) => {
    response.json(Object.assign(find(request.params.id), { argumentLogUntil: null }));
  });
  router.get('/instances/:id/connections', (request, response) => void response.json(connectionsOf(find(request.params.id))));
  router.get('/instances/:id/metrics', (request, response) => {
    const { status } = find(request.params.id);
    const lastHour = { calls: 182, errors: 3 };
    const series = fakeSeries(request.query as Record<string, string | undefined>);
    response.json({
      lastHour,
      lastDay: { calls: 2_841, errors: 40 },
      live: status === 'running' ? state.live : null,
      series: state.unmeasured ? { ...series, points: [], tools: [] } : series,
    });
  });
  router.get('/instances/:id/events', (request, response) => void response.json(page(state.events.get(request.params.id) ?? [])));

  router.get('/instances/:id/tokens', (request, response) => void response.json(page(state.tokens.get(request.params.id) ?? [])));
  router.post('/instances/:id/tokens', (request, response) => {
    const { label, expiresAt } = request.body as { label: string; expiresAt?: string };
    const token = `slmcp_${identifier('x').slice(2)}${identifier('x').slice(2, 25)}`;
    const stored = {
      id: identifier('tok'),
      label,
      last4: token.slice(-4),
      createdAt: now(),
      expiresAt: expiresAt ?? null,
      lastUsedAt: null,
    };
    state.tokens.set(request.params.id, [stored, ...(state.tokens.get(request.params.id) ?? [])]);
    response.status(201).json({ ...stored, token });
  });
  router.delete('/instances/:id/tokens/:tokenId', (request, response) => {
    const { id, tokenId } = request.params;
    state.tokens.set(
      id,
      (state.tokens.get(id) ?? []).filter((token) => token.id !== tokenId),
    );
    response.status(204).end();
  });

  router.get('/instances/:id/logs', (request, response) => {
    const { level, tool, search, outcome, requestId, from, to, cursor, follow, limit } = request.query as Record<
      string,
      string | undefined
    >;
    const fits = (entry: LogEntry) =>
      (level === undefined || entry.level === level) &&
      (tool === undefined || entry.tool === tool) &&
      (outcome === undefined || entry.outcome === outcome) &&
      (requestId === undefined || entry.requestId === requestId) &&
      (from === undefined || entry.time >= from) &&
      (to === undefined || entry.time < to) &&
      (search === undefined || entry.message.toLowerCase().includes(search.toLowerCase()));
    if (follow === 'true') return stream(response, state, request.params.id, fits);
    const start = Number(cursor ?? 0);
    const end = start + Number(limit ?? 50);
    const all = (state.logs.get(request.params.id) ?? []).filter(fits);
    response.json({ items: all.slice(start, end), nextCursor: end < all.length ? String(end) : null });
  });

  router.get('/usage', (request, response) => {
    const { from = '', to = '', step = 'hour', instanceId } = request.query as Record<string, string | undefined>;
    const length = steps[step as keyof typeof steps];
    const sums = new Map<string, UsageRow>();
    for (const row of state.usage) {
      if (row.time < from || row.time >= to || (instanceId !== undefined && row.instanceId !== instanceId)) continue;
      const time = new Date(Math.floor(new Date(row.time).getTime() / length) * length).toISOString();
      const key = `${row.instanceId} ${row.tool} ${time}`;
      const sum = sums.get(key) ?? { ...row, time, calls: 0, errors: 0 };
      sums.set(key, { ...sum, calls: sum.calls + row.calls, errors: sum.errors + row.errors });
    }
    const items = [...sums.values()].sort((one, other) => one.time.localeCompare(other.time));
    const totals = items.reduce((sum, row) => ({ calls: sum.calls + row.calls, errors: sum.errors + row.errors }), {
      calls: 0,
      errors: 0,
    });
    response.json({ from, to, step, totals, items, nextCursor: null });
  });

  router.get('/audit', (request, response) => {
    const { action, target, cursor = '0', limit = '50' } = request.query as Record<string, string | undefined>;
    const all = state.audit.filter(
      (entry) => (action === undefined || entry.action === action) && (target === undefined || entry.target === target),
    );
    const end = Number(cursor) + Number(limit);
    response.json({ items: all.slice(Number(cursor), end), nextCursor: end < all.length ? String(end) : null });
  });

  function find(id: string): Instance {
    const found = state.instances.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no instance ${id}`);
    return found;
  }

  function run(started: Instance): void {
    setTimeout(() => {
      Object.assign(started, {
        status: 'running',
        statusReason: 'The instance is running and answers its clients.',
        nextStep: null,
      });
    }, state.startMilliseconds);
  }

  return router;
}

/** The real service asks Smartlead; here a key has to start with `demo-`. Answers whether it was refused. */
async function refused(apiKey: string, response: Response): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  if (apiKey.startsWith('demo-')) return false;
  problem(response, 422, 'smartlead-key-refused', 'Smartlead refused this API key', {
    detail: 'Copy the key again from your Smartlead settings. Nothing was stored.',
  });
  return true;
}

function notFound(response: Response): void {
  problem(response, 404, 'not-found', 'Not found', { detail: 'There is no such thing in your workspace.' });
}

/** The newest entries, then whatever is added to the log, looked for twice a second. */
function stream(response: Response, state: FakeState, instanceId: string, fits: (entry: LogEntry) => boolean): void {
  response.status(200).set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  const sent = new Set((state.logs.get(instanceId) ?? []).slice(50).map((entry) => entry.id));
  const send = () => {
    for (const entry of (state.logs.get(instanceId) ?? []).toReversed()) {
      if (sent.has(entry.id) || !fits(entry)) continue;
      sent.add(entry.id);
      response.write(`data: ${JSON.stringify(entry)}\n\n`);
    }
  };
  send();
  const timer = setInterval(send, 100);
  response.on('close', () => clearInterval(timer));
}
