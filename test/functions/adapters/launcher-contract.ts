import { beforeEach, describe, expect, it } from 'vitest';
import type { Launcher, LaunchRequest } from '../../../functions/ports.ts';

export interface LauncherUnderTest {
  launcher: Launcher;
  /** A launch whose process serves. */
  request(instanceName: string, more?: Partial<LaunchRequest>): LaunchRequest;
  /** A launch whose process never comes up. */
  failing(): LaunchRequest;
  /** How many processes there are, whatever the launcher says. */
  countProcesses(): Promise<number>;
  /** Whether the process answers an MCP client that presents the token of the request. */
  serves(address: string, request: LaunchRequest): Promise<boolean>;
  /** Kills a process from outside. */
  kill(ref: string): void;
}

/** What every launcher does, whatever it starts. */
export function describeLauncher(name: string, create: () => Promise<LauncherUnderTest>): void {
  describe(`${name}, as a launcher`, () => {
    let under: LauncherUnderTest;
    beforeEach(async () => {
      under = await create();
    });

    it('answers when the doors serve, and lists what runs: all of it, or one instance’s', async () => {
      const { launcher } = under;
      const request = under.request('one');
      const { instanceId } = request.configuration;
      const runtime = await launcher.launch(request);
      await expect(under.serves(runtime.address, request)).resolves.toBe(true);
      await launcher.launch(under.request('two'));
      await expect(launcher.list(instanceId)).resolves.toEqual([{ instanceId, runtime }]);
      await expect
        .poll(async () => (await launcher.list()).map((entry) => entry.instanceId).sort())
        .toEqual(['ins_one_1', 'ins_two_1']);
      await expect(launcher.list('ins_none_1')).resolves.toEqual([]);
    });

    it('ends what already runs before it starts it again', async () => {
      const { launcher } = under;
      const request = under.request('one');
      const before = await launcher.launch(request);
      const after = await launcher.launch(request);
      expect(after.ref).not.toBe(before.ref);
      expect(await under.countProcesses()).toBe(1);
      await expect(launcher.list('ins_one_1')).resolves.toEqual([{ instanceId: 'ins_one_1', runtime: after }]);
    });

    it('leaves one where several are asked for at once', async () => {
      const { launcher } = under;
      const request = under.request('one');
      const runtimes = await Promise.all([launcher.launch(request), launcher.launch(request), launcher.launch(request)]);
      expect(await under.countProcesses()).toBe(1);
      await expect(launcher.list('ins_one_1')).resolves.toEqual([{ instanceId: 'ins_one_1', runtime: runtimes[2] }]);
    });

    it('runs replicas beside the first process, and ends one alone or all together', async () => {
      const { launcher } = under;
      await launcher.launch(under.request('one'));
      await launcher.launch(under.request('one', { replica: 1 }));
      await launcher.launch(under.request('one', { replica: 2 }));
      await launcher.stopReplica('ins_one_1', 1);
      expect((await launcher.list('ins_one_1')).map(({ replica = 0 }) => replica)).toEqual([0, 2]);
      await launcher.stop('ins_one_1');
      await expect(launcher.list('ins_one_1')).resolves.toEqual([]);
      expect(await under.countProcesses()).toBe(0);
    });

    it('rejects with LaunchFailed where the process does not come up, and leaves nothing', async () => {
      await expect(under.launcher.launch(under.failing())).rejects.toMatchObject({ name: 'LaunchFailed' });
      expect(await under.countProcesses()).toBe(0);
      await expect(under.launcher.list()).resolves.toEqual([]);
    });

    it('tells of an exit that nobody asked for, and of no other', async () => {
      const { launcher } = under;
      const exits: object[] = [];
      launcher.onExit((exit) => exits.push(exit));
      await launcher.launch(under.request('one'));
      await launcher.stop('ins_one_1');
      const { ref } = await launcher.launch(under.request('one'));
      under.kill(ref);
      await expect.poll(() => exits).toEqual([{ instanceId: 'ins_one_1', ref, reason: 'was killed by SIGKILL' }]);
      await expect.poll(() => launcher.list('ins_one_1')).toEqual([]);
    });

    it('has nothing to stop where nothing runs', async () => {
      await expect(under.launcher.stop('ins_none_1')).resolves.toBeUndefined();
      await expect(under.launcher.stopReplica('ins_none_1', 3)).resolves.toBeUndefined();
    });
  });
}
