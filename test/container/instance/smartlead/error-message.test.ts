import { describe, expect, it } from 'vitest';
import { chooseErrorMessage } from '../../../../container/instance/smartlead/error-message.ts';
import { processorTime } from '../processor-time.ts';

describe('an error page', () => {
  it.each([
    ['<html><head><style>p{}</style></head><body><h1>502</h1><p>Bad gateway</p></body></html>', '502 Bad gateway'],
    ['<p>Before<script>var a = "<p>";</script>after</p>', 'Before after'],
    ['<p>Cut short<style>p { color', 'Cut short'],
  ])('%s is told by its text', (page, text) => expect(chooseErrorMessage(undefined, page)).toBe(text));

  it.each(['<', '<a', '<script', '<script>', '</script', '<style>x'])('of nothing but %j takes no time', (piece) => {
    const page = `<${piece.repeat(1_000_000 / piece.length)}`;
    expect(processorTime(() => chooseErrorMessage(undefined, page))).toBeLessThan(1_000);
  });
});
