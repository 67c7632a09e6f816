import { describe, expect, it } from 'vitest';
import { type OpenStores, useStores } from './stores.ts';

export function routeTableContract(open: OpenStores): void {
  describe('route table', () => {
    const stores = useStores(open);
    const route = {
      instanceId: 'ins_1',
      workspaceId: 'ws_1',
      mode: 'both',
      address: 'http://127.0.0.1:4001',
      accessToken: 'secret',
    } as const;

    it('answers the route that was set last', async () => {
      await stores().routes.set(route);
      await stores().routes.set({ ...route, address: 'http://127.0.0.1:4002' });
      expect(await stores().routes.get('ins_1')).toEqual({ ...route, address: 'http://127.0.0.1:4002' });
    });

    it('lists the routes that exist', async () => {
      await stores().routes.set(route);
      await stores().routes.set({
        ...route,
        instanceId: 'ins_2',
        replicas: [{ address: 'http://127.0.0.1:4003', accessToken: 'x' }],
      });
      await stores().routes.remove('ins_1');
      expect(await stores().routes.list()).toEqual([
        { ...route, instanceId: 'ins_2', replicas: [{ address: 'http://127.0.0.1:4003', accessToken: 'x' }] },
      ]);
      await stores().routes.remove('ins_2');
    });

    it('forgets a route, with no error the second time', async () => {
      await stores().routes.set(route);
      await stores().routes.remove('ins_1');
      await stores().routes.remove('ins_1');
      expect(await stores().routes.get('ins_1')).toBeUndefined();
    });
  });
}
