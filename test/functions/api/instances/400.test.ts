import { expect, it } from 'vitest';
import { createRunningInstance, errorsOf } from '../api-client.ts';

it.each<[string, object, string[]]>([
  ['an unknown switch', { allow: ['send', 'fly'] }, ['allow.1: must be "send" or "destroy" or "spend" or "secrets"']],
  ['a switch twice', { allow: ['send', 'send'] }, ['allow: must not name a switch twice']],
  ['no list of switches', { allow: null }, ['allow: must be a list']],
  ['an unknown policy', { policy: 'reckless' }, ['policy: must be "read-only" or "standard" or "full"']],
  ['a profile beside a set', { toolsets: ['analyst', 'leads'] }, ['toolsets: a profile, or discovery, must stand alone']],
  ['two profiles', { toolsets: ['analyst', 'inbox-agent'] }, ['toolsets: a profile, or discovery, must stand alone']],
  ['discovery beside a set', { toolsets: ['leads', 'discovery'] }, ['toolsets: a profile, or discovery, must stand alone']],
  ['a set twice', { toolsets: ['leads', 'leads'] }, ['toolsets: must not name a set twice']],
  ['no set', { toolsets: [] }, ['toolsets: must have at least 1 entry']],
  ['no allowed tool', { allowedTools: [] }, ['allowedTools: must have at least 1 entry']],
  ['no denied tool', { deniedTools: [] }, ['deniedTools: must have at least 1 entry']],
  [
    'an unknown tool',
    { allowedTools: ['campaigns_get_all', 'campaigns_fly'] },
    ['allowedTools.1: is not a tool; GET /v1/tools lists them'],
  ],
  [
    'what cannot be a tool',
    { deniedTools: ['Campaigns/get-all', 7] },
    ['deniedTools.0: must be the name of a tool, such as campaigns_get_all', 'deniedTools.1: must be text'],
  ],
  ['a tool twice', { deniedTools: ['campaigns_get_all', 'campaigns_get_all'] }, ['deniedTools: must not name a tool twice']],
])('%s is refused with its path, at creation and later', async (_what, settings, expected) => {
  const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
  const { token } = owner;
  const created = await api.call('POST', '/v1/instances', { token, body: { name: 'a', keyId, ...settings } });
  const changed = await api.call('PATCH', `/v1/instances/${instanceId}`, { token, body: settings });
  for (const answer of [created, changed]) expect([answer.status, errorsOf(answer)]).toEqual([400, expected]);
  expect((await platform.instances.listAll({ limit: 10 })).items).toHaveLength(1);
  expect(platform.lifecycle.requests).toEqual([]);
});
