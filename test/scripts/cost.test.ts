import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../scripts/cost.ts', import.meta.url));
const cost = (...options: string[]) => run(process.execPath, [script, ...options]);

describe('npm run cost', () => {
  it('fits into 80 columns, and shows every cent of an idle customer', async () => {
    const { stdout } = await cost('--tenants', '100', '--duty', '0.1');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/100 customers, awake 10 % of the time/);
    const together = /^ {2}together +(\d+\.\d{4})$/m.exec(stdout)?.[1];
    expect(Number(together)).toBeGreaterThan(0);
    expect(Number(together)).toBeLessThan(0.1);
    const idle = Number(/^ {2}idle +(\d+\.\d{4})$/m.exec(stdout)?.[1]);
    const withStream = Number(/^ {2}idle, one stream open +(\d+\.\d{4})$/m.exec(stdout)?.[1]);
    expect(idle).toBe(Number(together));
    expect(withStream).toBeGreaterThan(idle);
    expect(withStream).toBeLessThan(0.1);
  });

  it('shows three sizes beside each other', async () => {
    const { stdout } = await cost('--scale', '--region', 'us-east-1');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/ 10 +1,000 +10,000/);
    expect(stdout).toMatch(/^ {2}total( +[\d,]+\.\d\d){3}$/m);
  });

  it('speaks to programs', async () => {
    const { stdout } = await cost('--json', '--stage', 'dev');
    const { bill, busy, idle } = JSON.parse(stdout) as Record<string, { total: number }>;
    expect(bill?.total).toBeGreaterThan(busy?.total ?? 0);
    expect(busy?.total).toBeGreaterThan(idle?.total ?? 0);
  });

  it('names the day and the source of every price', async () => {
    const { stdout } = await cost('--prices');
    expect(stdout).toMatch(/fargateProcessor +0\.03725 vCPU-hour +2025-10-27 price list/);
    expect(stdout).toContain('https://');
  });

  it.each([
    [['--duty', '2'], /--duty must be a number from 0 to 1/],
    [['--region', 'mars-1'], /eu-central-1 and us-east-1/],
    [['--stage', 'test'], /There is no stage "test"/],
    [['--tenant', '5'], /^Unknown option '--tenant'/],
  ])('refuses %j and says why', async (options, reason) => {
    await expect(cost(...options)).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(reason) });
  });
});
