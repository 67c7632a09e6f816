import { z } from 'zod';
import { instanceStatusSchema } from '../../core/instance-status.ts';
import { confirmOrphans, readPlatformHealth } from './admin-health.ts';
import { pageOf, pageQuery } from './fields.ts';
import { rolloutRoutes } from './rollouts.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { visiblePage } from './visible-instances.ts';

const adminInstanceAnswer = z
  .object({
    id: z.string(),
    workspaceId: z.string(),
    name: z.string(),
    status: instanceStatusSchema,
    statusReason: z.string(),
    runtime: z
      .object({
        launcher: z.enum(['child-process', 'docker', 'fargate']),
        ref: z.string().meta({ description: 'Process id, container id or task ARN.' }),
        address: z.string(),
        version: z.string().optional().meta({ description: 'Of the instance image.' }),
      })
      .nullable(),
  })
  .meta({ id: 'AdminInstance' });

const listAllInstances = defineRoute({
  method: 'GET',
  path: '/v1/admin/instances',
  operationId: 'adminListInstances',
  summary: 'List the instances of all workspaces',
  access: 'operator',
  query: pageQuery,
  response: { status: 200, description: 'Newest first.', schema: pageOf(adminInstanceAnswer) },
  async handle({ platform, query }) {
    return { body: await visiblePage((page) => platform.instances.listAll(page), query) };
  },
});

export const admin: ApiResource = {
  name: 'admin',
  description: 'The installation as its operators see it',
  routes: [listAllInstances, readPlatformHealth, confirmOrphans, ...rolloutRoutes],
};
