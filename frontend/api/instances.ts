import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages } from './all-pages.ts';
import { useApi } from './api-context.tsx';
import type {
  Connections,
  Instance,
  InstanceEvent,
  InstanceMetrics,
  InstanceMode,
  InstanceSize,
  InstanceStatus,
  MetricStep,
  Page,
} from './contract.ts';

const listKey = ['instances'] as const;
const instanceKey = (id: string) => ['instance', id] as const;

const transitional: ReadonlySet<InstanceStatus> = new Set(['provisioning', 'restarting', 'stopping']);

/** Milliseconds until an instance is looked at again: often while something is under way or its first client is awaited. */
function pollInterval(instance: Instance | undefined): number {
  if (instance === undefined) return 5000;
  if (transitional.has(instance.status)) return 1000;
  return instance.status === 'running' && instance.firstConnectedAt === null ? 2000 : 5000;
}

export function useInstances() {
  const api = useApi();
  return useQuery({
    queryKey: listKey,
    queryFn: ({ signal }) => allPages<Instance>(api, '/v1/instances', signal),
    refetchInterval: (query) => (query.state.data?.items.some((instance) => transitional.has(instance.status)) ? 1000 : 5000),
  });
}

export function useInstance(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: instanceKey(id),
    queryFn: ({ signal }) => api.get<Instance>(`/v1/instances/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: (query) => (query.state.status === 'error' ? false : pollInterval(query.state.data)),
  });
}

/** Stores what the API answered, so that the screen moves on before the next poll. */
function useStoreInstance() {
  const queries = useQueryClient();
  return (instance: Instance) => {
    queries.setQueryData(instanceKey(instance.id), instance);
    return queries.invalidateQueries({ queryKey: listKey });
  };
}

/** What an instance may do at Smartlead, and with which tools. */
export type AccessSettings = Pick<Instance, 'policy' | 'allow' | 'toolsets' | 'allowedTools' | 'deniedTools'>;

export interface NewInstance extends AccessSettings {
  name: string;
  keyId: string;
  mode: InstanceMode;
}

export function useCreateInstance() {
  const api = useApi();
  const store = useStoreInstance();
  return useMutation({
    mutationFn: (instance: NewInstance) => api.post<Instance>('/v1/instances', { body: instance }),
    onSuccess: store,
  });
}

export interface InstanceChange extends Partial<AccessSettings> {
  name?: string;
  keyId?: string;
  mode?: InstanceMode;
  size?: InstanceSize;
  sleepAfterSeconds?: number | null;
  maxReplicas?: number;
}

export function useChangeInstance(id: string) {
  const api = useApi();
  const store = useStoreInstance();
  return useMutation({
    mutationFn: (change: InstanceChange) => api.patch<Instance>(`/v1/instances/${encodeURIComponent(id)}`, { body: change }),
    onSuccess: store,
  });
}

export type InstanceOperation = 'start' | 'stop' | 'restart';

export function useOperateInstance(id: string) {
  const api = useApi();
  const store = useStoreInstance();
  return useMutation({
    mutationFn: (operation: InstanceOperation) => api.post<Instance>(`/v1/instances/${encodeURIComponent(id)}/${operation}`),
    onSuccess: store,
  });
}

/** Logs the arguments of calls for an hour, or stops doing so. */
export function useLogArguments(id: string) {
  const api = useApi();
  const store = useStoreInstance();
  const queries = useQueryClient();
  const path = `/v1/instances/${encodeURIComponent(id)}/argument-logging`;
  return useMutation({
    mutationFn: async (on: boolean) => {
      if (on) return api.post<Instance>(path, { body: { minutes: 60 } });
      await api.delete(path);
      return undefined;
    },
    onSuccess: (instance) =>
      instance === undefined ? queries.invalidateQueries({ queryKey: instanceKey(id) }) : store(instance),
  });
}

export function useDeleteInstance(id: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete(`/v1/instances/${encodeURIComponent(id)}`),
    onSuccess: () => {
      queries.setQueryData<Page<Instance>>(listKey, (page) =>
        page === undefined ? page : { ...page, items: page.items.filter((instance) => instance.id !== id) },
      );
      return queries.invalidateQueries({ queryKey: listKey });
    },
  });
}

export function useConnections(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['instance', id, 'connections'],
    queryFn: ({ signal }) => api.get<Connections>(`/v1/instances/${encodeURIComponent(id)}/connections`, { signal }),
    staleTime: 60_000,
  });
}

/** How busy the instance is: looked at again every few seconds while the page is in sight. */
export function useInstanceMetrics(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['instance', id, 'metrics'],
    queryFn: ({ signal }) => api.get<InstanceMetrics>(`/v1/instances/${encodeURIComponent(id)}/metrics`, { signal }),
    refetchInterval: 3000,
  });
}

export interface MetricQuestion {
  step: MetricStep;
  /** How far back from now, in milliseconds. */
  reach: number;
}

/** The numbers of an instance over time. What was shown stays until another range has arrived. */
export function useMetricSeries(id: string, { step, reach }: MetricQuestion) {
  const api = useApi();
  return useQuery({
    queryKey: ['instance', id, 'metric-series', step, reach],
    queryFn: async ({ signal }) => {
      const to = new Date();
      const query = { from: new Date(to.getTime() - reach).toISOString(), to: to.toISOString(), step };
      const metrics = await api.get<InstanceMetrics>(`/v1/instances/${encodeURIComponent(id)}/metrics`, { query, signal });
      return metrics.series;
    },
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  });
}

export function useInstanceEvents(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['instance', id, 'events'],
    queryFn: ({ signal }) =>
      api.get<Page<InstanceEvent>>(`/v1/instances/${encodeURIComponent(id)}/events`, { query: { limit: 100 }, signal }),
    refetchInterval: 5000,
  });
}
