import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it.each([['--port'], ['--port', 'abc'], ['--port', '70000'], ['--what']])(
  'serve-conformance %s %s ends with one line and code 2',
  (...given) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/serve-conformance.ts', ...given], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^usage: serve-conformance [^\n]+\n$/);
  },
);
