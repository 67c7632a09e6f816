import { z } from 'zod';
import { type ApiResource, defineRoute } from './route.ts';

const installationAnswer = z
  .object({
    scale: z.enum(['single', 'team', 'saas']),
    sandbox: z.boolean().meta({ description: 'Whether Smartlead is simulated here.' }),
    signUps: z.enum(['open', 'closed']),
    hasAccounts: z.boolean().meta({ description: 'False until the first account signs up, which becomes the operator.' }),
    version: z.string(),
  })
  .meta({ id: 'Installation' });

const getInstallation = defineRoute({
  method: 'GET',
  path: '/v1/installation',
  operationId: 'getInstallation',
  summary: 'Read what kind of installation this is',
  access: 'public',
  response: { status: 200, description: 'The installation.', schema: installationAnswer },
  async handle({ platform }) {
    const { scale, sandbox, signUpsOpen, version } = platform.settings;
    const hasAccounts = await platform.accounts.hasAccounts();
    // Where an identity provider signs people up, it knows no exception for the first one.
    const isFirst = platform.localSignIn !== null && !hasAccounts;
    return { body: { scale, sandbox, signUps: signUpsOpen || isFirst ? 'open' : 'closed', hasAccounts, version } };
  },
});

export const installation: ApiResource = {
  name: 'installation',
  description: 'The installation as anybody may see it',
  routes: [getInstallation],
};
