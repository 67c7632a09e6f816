import { ListServicesCommand } from '@aws-sdk/client-ecs';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
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
  let stored = { text: secretOf('first'), putAt: new Date(time) };
  let startedAt: Date | undefined = new Date(time);
  let made = 0;
  const state = { replaces: true, restarts: 0, services: ['router', 'manager'] };
  const list = async (): Promise<SecretReader[]> => state.services.map((name) => ({ name, startedAt }));
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
          write: async (text) => {
            stored = { text, putAt: new Date(time) };
          },
        },
        readers: {
          list,
          restart: async () => {
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
    wait(hour);
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
      return { services: Object.entries(deployments).map(([serviceName, each]) => ({ serviceName, deployments: each })) };
    };
    const services = platformServices({ send } as never, 'platform');
    expect(await services.list()).toEqual([
      { name: 'router', startedAt: createdAt },
      { name: 'manager', startedAt: undefined },
    ]);
    asked.length = 0;
    await services.restart();
    expect(asked.slice(1)).toEqual(
      ['router', 'manager'].map((service) => ({
        UpdateServiceCommand: { cluster: 'platform', service, forceNewDeployment: true },
      })),
    );
  });

  it('the secret is the current version of its name', async () => {
    const putAt = new Date('2026-11-22T12:00:00.000Z');
    const sent: unknown[] = [];
    const send = async (command: unknown) => {
      sent.push(command);
      return { SecretString: secretOf('first'), CreatedDate: putAt };
    };
    const place = storedSecret({ send } as never, 'smartlead-mcp/dev/platform/data-plane');
    expect(await place.read()).toEqual({ text: secretOf('first'), putAt });
    await place.write(secretOf('second'));
    expect(sent).toEqual([expect.any(GetSecretValueCommand), expect.any(PutSecretValueCommand)]);
  });
});
