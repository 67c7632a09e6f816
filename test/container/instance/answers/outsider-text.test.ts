import { describe, expect, it } from 'vitest';
import { outsiderTextPaths } from '../../../../container/instance/answers/outsider-text.ts';
import { prepareAnswer } from '../../../../container/instance/answers/prepare-answer.ts';
import { operation } from './operation.ts';

describe('untrustedText', () => {
  const untrusted = (id: string, body: unknown, given = {}) => prepareAnswer(operation(id), given).shape(body).untrustedText;
  const lead = {
    id: 1,
    email: 'a@example.com',
    first_name: 'Ada',
    last_name: '',
    company_name: null,
    custom_fields: { note: 'x' },
    phone_number: '1',
  };

  it('names the fields of leads that hold text in this answer, and no others', () => {
    expect(untrusted('campaigns/get-leads', { data: [{ status: 'PAUSED', lead }, { lead: { last_name: 'L' } }] })).toEqual([
      'items[].lead.first_name',
      'items[].lead.custom_fields',
      'items[].lead.last_name',
    ]);
    expect(untrusted('campaigns/get-leads', { data: [{ lead }] }, { fields: 'lead.email' })).toBeUndefined();
    expect(untrusted('campaigns/get-leads', { data: [] })).toBeUndefined();
  });

  it('names bodies and subjects of mail, wherever they are nested', () => {
    const body = {
      data: [{ lead_id: 1, activities: [{ subject: 's', email_body: '', reply_details: { reply_email_body: 'r', time: 't' } }] }],
    };
    expect(untrusted('campaigns/all-leads-activities', body)).toEqual([
      'items[].activities[].subject',
      'items[].activities[].reply_details.reply_email_body',
    ]);
    expect(
      untrusted('inbox/get-untracked', {
        ok: true,
        data: { data: { replies: [{ subject: 's', attachments: [{ name: 'n' }] }] } },
      }),
    ).toEqual(['items[].subject', 'items[].attachments']);
    expect(
      untrusted('inbox/get-by-id', {
        ok: true,
        data: { id: 1, lead_first_name: 'A', email_history: [{ type: 'REPLY', email_body: 'b' }] },
      }),
    ).toEqual(['lead_first_name', 'email_history[].email_body']);
  });

  it('names no text of the customer’s own', () => {
    expect(untrusted('campaigns/get-sequences', [{ subject: 's', email_body: 'b' }])).toBeUndefined();
    expect(untrusted('email-accounts/get-all', [{ from_name: 'Us', signature: 's' }])).toBeUndefined();
    expect(untrusted('campaigns/get-all', [{ name: 'n' }])).toBeUndefined();
  });

  it('names everything at once where outsiders chose the names, too', () => {
    const headers = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`X-${index}`, 'v']));
    expect(outsiderTextPaths('smart-delivery/reply-headers', headers)).toEqual(['*']);
    expect(outsiderTextPaths('smart-delivery/reply-headers', { Received: 'v', empty: '' })).toEqual(['Received']);
    expect(outsiderTextPaths('smart-delivery/reply-headers', { [`X${'-'.repeat(3_000)}`]: 'v' })).toEqual(['*']);
  });
});
