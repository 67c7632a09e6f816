import { z } from 'zod';
import { createBearerToken, hashBearerToken } from '../../core/bearer-token.ts';
import { createIdentifier } from '../../core/identifiers.ts';
import { ProblemError } from '../../core/problem.ts';
import { lastFour } from '../domain/api-key.ts';
import { quotas } from '../domain/quotas.ts';
import type { InstanceToken } from '../ports.ts';
import { instancePath, nameField, pageOf, pageQuery, timeAnswer, timeField, tokenPath } from './fields.ts';
import { describeError } from './middleware/describe-error.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { findVisibleInstance } from './visible-instances.ts';

const tokenAnswer = z
  .object({
    id: z.string(),
    label: z.string(),
    last4: z.string(),
    createdAt: timeAnswer,
    expiresAt: timeAnswer.nullable().meta({ description: 'null: never.' }),
    lastUsedAt: timeAnswer.nullable(),
  })
  .meta({ id: 'Token' });

const newTokenAnswer = z
  .object({ ...tokenAnswer.shape, token: z.string().meta({ description: 'Shown only in this answer; only its hash is kept.' }) })
  .meta({ id: 'NewToken' });

const listTokens = defineRoute({
  method: 'GET',
  path: '/v1/instances/{id}/tokens',
  operationId: 'listTokens',
  summary: 'List the tokens of an instance',
  access: 'viewer',
  params: instancePath,
  query: pageQuery,
  response: { status: 200, description: 'Newest first.', schema: pageOf(tokenAnswer) },
  async handle({ platform, subject, params, query }) {
    await findVisibleInstance(platform, subject, params.id);
    return { body: await platform.instanceTokens.list(params.id, query) };
  },
});

const createToken = defineRoute({
  method: 'POST',
  path: '/v1/instances/{id}/tokens',
  operationId: 'createToken',
  summary: 'Create a token that opens an instance to MCP clients',
  access: 'member',
  params: instancePath,
  body: z.strictObject({
    label: nameField,
    expiresAt: timeField
      .nullable()
      .default(null)
      .meta({ description: 'When the token stops working; null or absent for never.' }),
  }),
  response: { status: 201, description: 'The token. Copy it now: it is not shown again.', schema: newTokenAnswer },
  problems: ['limit-reached'],
  auditAction: 'token.create',
  async handle({ platform, subject, params, body, audit }) {
    audit.details = { instanceId: params.id, label: body.label, expiresAt: body.expiresAt };
    await findVisibleInstance(platform, subject, params.id);
    const now = platform.clock.now();
    if (body.expiresAt !== null && new Date(body.expiresAt) <= now) {
      throw new ProblemError('invalid-input', { errors: [{ path: 'expiresAt', message: 'must be in the future' }] });
    }
    const token = createBearerToken('instance');
    const stored: InstanceToken = {
      id: createIdentifier('token', now.getTime()),
      instanceId: params.id,
      workspaceId: subject.workspaceId,
      label: body.label,
      last4: lastFour(token),
      hash: hashBearerToken(token),
      createdAt: now.toISOString(),
      expiresAt: body.expiresAt,
      lastUsedAt: null,
    };
    audit.target = stored.id;
    await platform.instanceTokens.create(stored, quotas.tokensOfInstance);
    return { body: { ...stored, token } };
  },
});

const deleteToken = defineRoute({
  method: 'DELETE',
  path: '/v1/instances/{id}/tokens/{tokenId}',
  operationId: 'deleteToken',
  summary: 'Revoke a token',
  description: 'Takes effect within a second, also for clients that are connected.',
  access: 'member',
  params: tokenPath,
  response: { status: 204, description: 'The token opens nothing any more.' },
  auditAction: 'token.delete',
  async handle({ platform, subject, params, audit, requestId }) {
    audit.details = { instanceId: params.id };
    await findVisibleInstance(platform, subject, params.id);
    const deleted = await platform.instanceTokens.delete(params.id, params.tokenId);
    if (deleted === undefined) throw new ProblemError('not-found', { detail: 'This instance has no token with this id.' });
    audit.details.label = deleted.label;
    try {
      await platform.tokenRevoked(deleted.id, deleted.hash);
    } catch (error) {
      // The store knows already, so the router forgets the token when it next looks.
      platform.logger.error('The router could not be told of a revoked token', { requestId, ...describeError(error, []) });
    }
    return {};
  },
});

export const tokens: ApiResource = {
  name: 'tokens',
  description: 'Bearer tokens that open one instance to MCP clients',
  routes: [listTokens, createToken, deleteToken],
};
