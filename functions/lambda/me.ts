import { createHandler } from '../api/create-handler.ts';
import { me } from '../api/me.ts';
import { awsPlatform } from '../composition/aws.ts';
import { makingAccounts } from '../composition/aws-account-maker.ts';

export const handler = createHandler(me, makingAccounts(awsPlatform, process.env));
