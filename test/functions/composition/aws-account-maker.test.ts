import { expect, it } from 'vitest';
import { relinkingOf } from '../../../functions/composition/aws-account-maker.ts';

const told = { TABLE_NAME: 'platform', AWS_REGION: 'eu-central-1', RELINK_ACCOUNTS_BEFORE: '2026-11-22T09:30:00Z' };

it('accounts of a lost user pool are given to people who were invited, and to nobody while strangers may sign up', () => {
  expect(relinkingOf({ ...told, SIGN_UPS: 'closed' })).toMatchObject({ relinking: { before: '2026-11-22T09:30:00Z' } });
  expect(relinkingOf({ ...told, SIGN_UPS: 'open' })).toEqual({});
  expect(relinkingOf(told)).toEqual({});
  expect(relinkingOf({ ...told, SIGN_UPS: 'closed', RELINK_ACCOUNTS_BEFORE: undefined })).toEqual({});
});
