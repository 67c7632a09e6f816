import { expect, it } from 'vitest';
import { createCsvWriter } from '../../../../container/instance/composite/csv-writer.ts';

async function csv(value: unknown, column = 'a'): Promise<string> {
  const writer = await createCsvWriter([column, 'b'], { mostBytes: 10_000 });
  writer.add([{ [column]: value, b: 'b' }]);
  return writer.finish().toString();
}

it.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@a', "'@a"],
  [-1, '-1'],
  ['plain', 'plain'],
])('%j is written as %s', async (value, cell) => expect(await csv(value)).toBe(`a,b\r\n${cell},b\r\n`));

it.each(['x;=1+1', 'x\t=1+1', 'x\r=1+1', 'x\n=1+1', 'x,=1+1'])(
  'a spreadsheet that splits cells elsewhere finds no cell that begins with a formula in %j',
  async (value) => expect(await csv(value)).toBe(`a,b\r\n"${value}",b\r\n`),
);

it('headings are no formulas either', async () => expect(await csv(1, '=1+1')).toBe("'=1+1,b\r\n1,b\r\n"));
