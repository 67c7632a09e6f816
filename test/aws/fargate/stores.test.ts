import { afterAll, beforeAll, expect, it } from 'vitest';
import { DynamoInstalledImageStore } from '../../../functions/adapters/dynamodb/installed-image-store.ts';
import { DynamoInstanceTaskLedger } from '../../../functions/adapters/dynamodb/instance-task-ledger.ts';
import { FargateInstanceVersions } from '../../../functions/adapters/fargate/instance-versions.ts';
import { describeTaskLedger } from '../../functions/adapters/instance-task-ledger-contract.ts';
import { createTestTable, type TestTable } from '../dynamodb/table.ts';
import { describeOnAws } from '../emulator.ts';

describeOnAws('what the launcher writes down', () => {
  let test: TestTable;
  beforeAll(async () => {
    test = await createTestTable();
  });
  afterAll(() => test.drop());

  describeTaskLedger('DynamoInstanceTaskLedger', () => new DynamoInstanceTaskLedger(test.table));

  it('keeps the installed images for all programs at once', async () => {
    const clock = { now: () => new Date() };
    const versionsOf = (digit: string) =>
      new FargateInstanceVersions({
        store: new DynamoInstalledImageStore(test.table),
        releaseImage: `registry.test/assets@sha256:${digit.repeat(64)}`,
        clock,
      });
    const programs = ['1', '2', '3', '4'].map(versionsOf);
    await Promise.all(programs.map((versions) => versions.installRelease()));
    const [versions] = programs as [FargateInstanceVersions];
    const installed = (await versions.list()).map(({ version }) => version).sort();
    expect(installed).toEqual(['1', '2', '3', '4'].map((digit) => digit.repeat(16)));
    expect(installed).toContain(await versions.current());
    await versions.makeCurrent('2'.repeat(16));
    await versions.makeCurrent('3'.repeat(16));
    await versions.removeUnused(new Set(['1'.repeat(16)]));
    expect((await versions.list()).map(({ version }) => version).sort()).toEqual(
      ['1', '2', '3'].map((digit) => digit.repeat(16)),
    );
    await expect(versions.imageOf('2'.repeat(16))).resolves.toBe(`registry.test/assets@sha256:${'2'.repeat(64)}`);
    await expect(versions.imageOf('4'.repeat(16))).rejects.toMatchObject({ name: 'LaunchFailed' });
  });
});
