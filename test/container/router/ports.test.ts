import { expectTypeOf, it } from 'vitest';
import type { RouteDirectory, TokenDirectory, UsageSink } from '../../../container/router/ports.ts';
import type { InstanceTokenStore, RouteTable, UsageStore } from '../../../functions/ports.ts';

it('the stores of the control plane serve the router as they are', () => {
  expectTypeOf<InstanceTokenStore>().toExtend<TokenDirectory>();
  expectTypeOf<RouteTable>().toExtend<RouteDirectory>();
  expectTypeOf<UsageStore>().toExtend<UsageSink>();
});
