import { describe, expect, it } from 'vitest';
import { prepareAnswer } from '../../../../container/instance/answers/prepare-answer.ts';
import { operation } from './operation.ts';

const row = () => ({
  id: 1,
  status: 'PAUSED',
  lead: { email: 'a@example.com', first_name: 'Ada', custom_fields: { 'Job Title': 'CEO', a: { b: 1 } } },
  activities: [{ subject: 's1', time: 1 }, { subject: 's2' }],
});
const pick = (fields: unknown, id = 'campaigns/get-leads', body: unknown = { data: [row(), row()] }) =>
  prepareAnswer(operation(id), { fields }).shape(body);
const firstRow = (fields: unknown) => (pick(fields).items as unknown[])[0];

describe('fields', () => {
  it.each([
    ['a list', ['status', 'id'], { status: 'PAUSED', id: 1 }],
    ['a text with commas', 'id, status', { id: 1, status: 'PAUSED' }],
    ['nested', 'lead.email', { lead: { email: 'a@example.com' } }],
    ['two of one object', 'lead.email,lead.first_name', { lead: { email: 'a@example.com', first_name: 'Ada' } }],
    ['a name and the object it is in', 'lead.email,lead', { lead: row().lead }],
    ['in lists', 'activities.subject', { activities: [{ subject: 's1' }, { subject: 's2' }] }],
    ['as the answer writes paths', 'items[].activities[].subject', { activities: [{ subject: 's1' }, { subject: 's2' }] }],
    ['with blanks in the name', ['lead.custom_fields.Job Title'], { lead: { custom_fields: { 'Job Title': 'CEO' } } }],
  ])('picks columns: %s', (_name, fields, expected) => {
    expect(firstRow(fields)).toEqual(expected);
    expect(pick(fields).unknownFields).toBeUndefined();
  });

  it.each([undefined, null, '', ' , ', []])('takes %j for all columns', (fields) => {
    expect(firstRow(fields)).toEqual(row());
  });

  it('says which names there are when one is unknown', () => {
    const answer = pick('id,emial,lead.phone');
    expect(answer.items).toEqual([
      { id: 1, lead: {} },
      { id: 1, lead: {} },
    ]);
    expect(answer.unknownFields).toEqual(['emial', 'lead.phone']);
    expect(answer.knownFields).toEqual(
      expect.arrayContaining(['id', 'lead.email', 'lead.custom_fields.Job Title', 'activities.subject']),
    );
  });

  it('calls no name unknown that some row has, nor any where there are no rows', () => {
    expect(pick('id,reply', 'campaigns/get-leads', { data: [{ id: 1 }, { id: 2, reply: 'r' }] }).unknownFields).toBeUndefined();
    expect(pick('emial', 'campaigns/get-leads', { data: [] })).toEqual({ items: [] });
  });

  it('picks fields of one thing, and of what shaping adds', () => {
    const body = { id: 3, status: 'ACTIVE', scheduler_cron_value: { tz: 'UTC', days: [1] } };
    expect(pick('id,schedule.timezone', 'campaigns/get-by-id', body)).toEqual({ id: 3, schedule: { timezone: 'UTC' } });
    expect(pick('nmae', 'campaigns/get-by-id', { id: 3 })).toEqual({ unknownFields: ['nmae'], knownFields: ['id'] });
  });

  it('keeps names of objects that are names of JavaScript, too', () => {
    const body = JSON.parse('{"data": [{"__proto__": {"x": 1}, "constructor": 2, "id": 3}]}');
    const [only] = pick(['__proto__', 'constructor', 'toString'], 'campaigns/get-leads', body).items as object[];
    expect(JSON.stringify(only)).toBe('{"__proto__":{"x":1},"constructor":2}');
  });

  it.each([7, [7], ['x'.repeat(201)], Array.from({ length: 101 }, (_, index) => `f${index}`), {}])('refuses %j', (fields) => {
    expect(() => pick(fields)).toThrow(
      expect.objectContaining({ code: 'invalid_arguments', issues: [expect.objectContaining({ path: 'fields' })] }),
    );
  });

  it('says that a text has none', () => {
    expect(pick('id', 'campaigns/export-leads', { contentType: 'text/csv', text: 'id\n1\n' })).toMatchObject({
      unknownFields: ['id'],
    });
  });
});
