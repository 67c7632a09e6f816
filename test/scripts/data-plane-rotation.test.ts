import { ListServicesCommand } from '@aws-sdk/client-ecs';
import { GetSecretValueCommand, PutSecretValueCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { parseDataPlaneSecret, RotationOrderError, secretRing } from '../../core/data-plane-secret.ts';
import { type RotationStep, rotateDataPlaneSecret, type SecretReader } from '../../scripts/data-plane-rotation.ts';
import { platformServices, storedSecret } from '../../scripts/rotate-data-plane-secret.ts';

const minute = 60_000;
const hour = 60 * minute;
const secretOf = (name: string) => name.padEnd(40, '.');

/** A deployment whose services are replaced at once, unless `replaces` says otherwise. */
function deployment() {
  let time = Date.parse('2026-11-22T12:00:00.000Z');
  let stored = { text: secretOf('first'), putAt: new Date(time), version: '1' };
  let startedAt: Date | undefined = new Date(time);
  let made = 0;
  const state = { replaces: true, restarts: 0, services: ['router', 'manager'], paused: '', refuses: false };
  const list = async (): Promise<SecretReader[]> =>
    state.services.map((name) => ({ name, startedAt, isRunning: name !== state.paused }));
  return {
    state,
    wait: (milliseconds: number) => {
      time += milliseconds;
    },
    replacing: () => {
      startedAt = undefined;
    },
    ring: () => secretRing(parseDataPlaneSecret(stored.text)),
    step: (step: RotationStep) =>
      rotateDataPlaneSecret(step, {
        secret: {
          read: async () => stored,
          write: async (text, version) => {
            if (version !== stored.version) throw new RotationOrderError('Somebody else was faster.');
            stored = { text, putAt: new Date(time), version: `${Number(version) + 1}` };
          },
        },
        readers: {
          list,
          restart: async () => {
            if (state.refuses) throw Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
            state.restarts += 1;
            if (state.replaces) startedAt = new Date(time + 1);
          },
        },
        now: () => new Date(time),
        makeSecret: () => {
          made += 1;
          return secretOf(`made ${made}`);
        },
      }),
  };
}

describe('a rotation of the data plane’s secret', () => {
  it('is announced, then switched to, then what was before can be forgotten', async () => {
    const { step, wait, ring, state } = deployment();
    expect(await step('announce')).toContain('step "switch"');
    wait(10 * minute);
    expect(await step('status')).toContain('next step: "switch"');
    await step('switch');
    expect(ring()).toEqual({ current: secretOf('made 1'), others: [secretOf('first')] });
    wait(hour + 1);
    await step('forget');
    expect(ring()).toEqual({ current: secretOf('made 1'), others: [] });
    expect(state.restarts).toBe(3);
    expect(await step('status')).toContain('No rotation is under way');
  });

  it('never prints a secret', async () => {
    const { step, wait } = deployment();
    const said = [await step('announce'), await step('restart'), await step('status')];
    wait(10 * minute);
    said.push(await step('switch'), await step('status'));
    expect(said.join(' ')).not.toMatch(/made \d|first\./);
  });

  it('is not switched to before functions, routers and manager have read what was announced', async () => {
    const { step, wait, ring, state, replacing } = deployment();
    state.replaces = false;
    wait(minute);
    await step('announce');
    await expect(step('switch')).rejects.toThrow('Functions may not have read');
    wait(10 * minute);
    await expect(step('switch')).rejects.toThrow('router, manager');
    replacing();
    await expect(step('switch')).rejects.toThrow('router, manager');
    state.services = [];
    await expect(step('switch')).rejects.toThrow('right stage');
    expect(ring()).toEqual({ current: secretOf('first'), others: [secretOf('made 1')] });
  });

  it('forgets nothing that the manager may not have sealed again', async () => {
    const { step, wait, ring } = deployment();
    await expect(step('forget')).rejects.toThrow('no secret from before');
    await step('announce');
    await expect(step('forget')).rejects.toThrow(RotationOrderError);
    wait(10 * minute);
    await step('switch');
    wait(hour - 1);
    await expect(step('forget')).rejects.toThrow('may still be sealing');
    expect(ring().others).toEqual([secretOf('first')]);
  });

  it('forgets nothing before a manager has worked with the new secret for an hour, however long ago it was put', async () => {
    const { step, wait, ring, state } = deployment();
    await step('announce');
    wait(10 * minute);
    state.refuses = true;
    await expect(step('switch')).rejects.toThrow('step "restart"');
    wait(2 * hour);
    await expect(step('forget')).rejects.toThrow('Not replaced since');
    state.refuses = false;
    await step('restart');
    wait(20 * minute);
    await expect(step('forget')).rejects.toThrow('may still be sealing');
    wait(hour);
    state.paused = 'manager';
    await expect(step('forget')).rejects.toThrow('does not run: manager');
    expect(ring().others).toEqual([secretOf('first')]);
    state.paused = '';
    await step('forget');
    expect(ring().others).toEqual([]);
  });

  it('that broke off after the secret was put says so, then and when it is asked how it stands', async () => {
    const { step, wait, state } = deployment();
    wait(minute);
    state.refuses = true;
    await expect(step('announce')).rejects.toThrow(/The secret was put.*AccessDeniedException: not allowed.*step "restart"/);
    expect(await step('status')).toContain('Not replaced since: router, manager');
    state.refuses = false;
    await step('restart');
    expect(await step('status')).not.toContain('Not replaced');
  });

  it('that two people do at once is done by one of them', async () => {
    const { step, ring } = deployment();
    const done = await Promise.allSettled([step('announce'), step('announce')]);
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ring().others).toHaveLength(1);
  });

  it('is announced once', async () => {
    const { step, ring } = deployment();
    await step('announce');
    await expect(step('announce')).rejects.toThrow('announced already');
    expect(ring().others).toEqual([secretOf('made 1')]);
  });
});

describe('on AWS', () => {
  it('services count as replaced when their one deployment is complete', async () => {
    const createdAt = new Date('2026-11-22T12:00:00.000Z');
    const deployments = {
      router: [{ rolloutState: 'COMPLETED', createdAt }],
      manager: [{ rolloutState: 'IN_PROGRESS', createdAt }, { rolloutState: 'COMPLETED' }],
    };
    const asked: object[] = [];
    const send = async (command: { input: object }) => {
      asked.push({ [command.constructor.name]: command.input });
      if (command instanceof ListServicesCommand) return { serviceArns: Object.keys(deployments) };
      const runningCount = 1;
      return {
        services: Object.entries(deployments).map(([serviceName, each]) => ({ serviceName, runningCount, deployments: each })),
      };
    };
    const services = platformServices({ send } as never, 'platform');
    expect(await services.list()).toEqual([
      { name: 'router', startedAt: createdAt, isRunning: true },
      { name: 'manager', startedAt: undefined, isRunning: true },
    ]);
    asked.length = 0;
    await services.restart();
    expect(asked.slice(1)).toEqual(
      ['router', 'manager'].map((service) => ({
        UpdateServiceCommand: { cluster: 'platform', service, forceNewDeployment: true },
      })),
    );
  });

  describe('the secret', () => {
    const SecretId = 'smartlead-mcp/dev/platform/data-plane';
    const putAt = new Date('2026-11-22T12:00:00.000Z');

    /** Secrets Manager, as far as it is asked here: a label goes from one version to another where it is on the first. */
    function secretsManager() {
      const versions = new Map([['1', secretOf('first')]]);
      const state = { current: '1' };
      const send = async (command: unknown) => {
        if (command instanceof GetSecretValueCommand) {
          return { SecretString: versions.get(state.current), CreatedDate: putAt, VersionId: state.current };
        }
        if (command instanceof PutSecretValueCommand) {
          const VersionId = `${versions.size + 1}`;
          versions.set(VersionId, command.input.SecretString ?? '');
          if (command.input.VersionStages?.includes('AWSCURRENT') ?? true) state.current = VersionId;
          return { VersionId };
        }
        if (!(command instanceof UpdateSecretVersionStageCommand)) throw new Error('another request');
        const { VersionStage, RemoveFromVersionId, MoveToVersionId } = command.input;
        if (VersionStage !== 'AWSCURRENT' || RemoveFromVersionId !== state.current) {
          throw Object.assign(new Error('The label is not there.'), { name: 'InvalidParameterException' });
        }
        state.current = MoveToVersionId ?? '';
        return {};
      };
      return { place: storedSecret({ send } as never, SecretId), present: () => versions.get(state.current) };
    }

    it('is the current version of its name', async () => {
      const { place, present } = secretsManager();
      expect(await place.read()).toEqual({ text: secretOf('first'), putAt, version: '1' });
      await place.write(secretOf('second'), '1');
      expect(present()).toBe(secretOf('second'));
    });

    it('is not put over one that somebody else has put since it was read', async () => {
      const { place, present } = secretsManager();
      const { version } = await place.read();
      await place.write(secretOf('theirs'), version);
      await expect(place.write(secretOf('ours'), version)).rejects.toThrow(RotationOrderError);
      expect(present()).toBe(secretOf('theirs'));
    });
  });
});
