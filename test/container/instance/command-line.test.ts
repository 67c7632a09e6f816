import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../container/instance/command-line.ts';
import { helpText } from '../../../container/instance/help-text.ts';

const main = join(import.meta.dirname, '../../../container/instance/main.ts');

function run(...commandLine: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [main, ...commandLine], {
    env: { ...process.env, SMARTLEAD_API_KEY: 'demo-key' },
    encoding: 'utf8',
    timeout: 20_000,
    input: '',
  });
  return { status, stderr };
}

describe('the lists of tools on the command line', () => {
  it('are read as names separated by commas, without doubles', () => {
    expect(parseCommandLine(['stdio', '--allow-tools', 'campaigns_get_all, campaigns_create,campaigns_get_all'])).toMatchObject({
      allowedTools: ['campaigns_get_all', 'campaigns_create'],
      deniedTools: undefined,
    });
    expect(parseCommandLine(['serve', '--deny-tools', 'campaigns_delete'])).toMatchObject({ deniedTools: ['campaigns_delete'] });
  });

  it.each(['', ',', 'campaigns_get_all,', 'campaigns/get-all', 'Campaigns'])('refuse %j with what they take', (names) => {
    expect(() => parseCommandLine(['stdio', '--allow-tools', names])).toThrow(
      /--allow-tools takes names of tools separated by commas, such as campaigns_get_all, not "/,
    );
  });

  it('are in the help', () => {
    expect(helpText).toContain('--allow-tools');
    expect(helpText).toContain('--deny-tools');
  });

  it.each([
    ['stdio', '--deny-tools', 'campaigns_delete,campaigns_delet'],
    ['serve', '--allow-tools', 'campaigns_delet'],
  ])('%s does not start where %s names no tool', (command, option, names) => {
    const { status, stderr } = run(command, ...(command === 'serve' ? ['--port', '0'] : []), option, names);
    expect(status).toBe(2);
    expect(stderr).toContain(`${option} names campaigns_delet, which is no tool`);
  });

  it('let an instance start that name tools', () => {
    expect(run('stdio', '--deny-tools', 'campaigns_delete', '--allow-tools', 'campaigns_get_all')).toMatchObject({ status: 0 });
  });
});
