import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../../container/instance/answers/plain-text.ts';
import { prepareAnswer } from '../../../../container/instance/answers/prepare-answer.ts';
import { processorTime } from '../processor-time.ts';
import { operation } from './operation.ts';

describe('the text of an HTML mail', () => {
  it.each([
    ['<p>Hi Ada,</p><p>How are you?</p>', 'Hi Ada,\n\nHow are you?'],
    ['one<br>two<br/>three', 'one\ntwo\nthree'],
    ['<div>a</div><div><div>b</div></div>', 'a\nb'],
    ['<a href="https://example.com/x?a=1&amp;b=2">Pick a time</a>', 'Pick a time (https://example.com/x?a=1&b=2)'],
    ['<a href="https://example.com/x">example.com/x</a>', 'example.com/x'],
    ['<a href="#top">up</a>', 'up'],
    ['<head><title>t</title></head><style>p{}</style><script>alert(1)</script>text<!-- note -->', 'text'],
    ['a &lt;b&gt; &amp;amp; c&nbsp;d &#x1F680; &#8364; &unknown;', 'a <b> &amp; c d 🚀 € &unknown;'],
    ['<ul><li>one</li><li>two</li></ul>', 'one\ntwo'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
    ['<p>\n  spread\n  over   lines\n</p>', 'spread over lines'],
    ['pre\u200bhea\u034fder&zwnj;', 'preheader'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['unfinished <b', 'unfinished <b'],
    ['<style>never closed', 'never closed'],
    ['İ<script>x</SCRIPT>after', 'İafter'],
  ])('%j is %j', (html, text) => {
    expect(plainText(html)).toBe(text);
  });

  it('keeps every word that can be read', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 20 });
    const wraps = fc.constantFrom(
      (word: string) => `<p>${word}</p>`,
      (word: string) => `<b class="x">${word}</b> `,
      (word: string) => `${word}<br>`,
    );
    fc.assert(
      fc.property(words, wraps, (list, wrap) => {
        expect(plainText(list.map(wrap).join('')).split(/\s+/).filter(Boolean)).toEqual(list);
      }),
    );
  });

  it('takes any text in time that grows with its length alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('<', '>', '<a href="', '"', '<!--', '<style>', '</', '&#', ';', 'x', ' ', '\n')),
        (parts) => {
          expect(typeof plainText(parts.join(''))).toBe('string');
        },
      ),
    );
    for (const part of ['<', '<!--', '<style>', '<a href="', '&#1', '</', '\n ', '<p>', ' \n']) {
      expect(processorTime(() => plainText(part.repeat(200_000)))).toBeLessThan(2_000);
    }
  });
});

describe('mail in answers', () => {
  const history = () => ({
    history: [{ subject: '<b>', email_body: '<p>Hi</p><p>You</p>' }, { email_body: 'a < b, mail <ada@example.com>' }],
  });
  const shape = (given: Record<string, unknown>) =>
    prepareAnswer(operation('campaigns/get-lead-history'), given).shape(history());

  it('comes as text, and the answer says where', () => {
    const answer = shape({});
    expect(answer.items).toEqual([{ subject: '<b>', email_body: 'Hi\n\nYou' }, { email_body: 'a < b, mail <ada@example.com>' }]);
    expect(answer.htmlAsText).toEqual(['items[].email_body']);
  });

  it('comes as it was written where the call names it', () => {
    const answer = shape({ fields: ['email_body'] });
    expect(answer.items).toEqual([{ email_body: '<p>Hi</p><p>You</p>' }, { email_body: 'a < b, mail <ada@example.com>' }]);
    expect(answer.htmlAsText).toBeUndefined();
  });

  it('is not touched in sequences, which are written back', () => {
    const answer = prepareAnswer(operation('campaigns/get-sequences'), {}).shape([{ email_body: '<p>Hi</p>' }]);
    expect(answer.items).toEqual([{ email_body: '<p>Hi</p>' }]);
  });
});
