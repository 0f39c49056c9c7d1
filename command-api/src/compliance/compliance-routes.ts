import {
  commandAnswer,
  idSchema,
  placeHoldBody,
  requestErasureBody,
  requestExportBody,
  retentionPreviewView,
  setRetentionBody,
} from '@verbatim/shared';
import { z } from 'zod';
import { noFields } from '../http/route.ts';
import { placeHold, releaseHold } from './holds.ts';
import { requestErasure } from './erasure/request-erasure.ts';
import { recordRoute } from './record-route.ts';
import { requestExport } from './request-export.ts';
import { setRetention } from './retention.ts';

export const complianceRoutes = [
  recordRoute({
    ...noFields,
    name: 'PlaceHold',
    method: 'post',
    path: '/audit/holds',
    summary: 'Hold what people, or everybody in rooms, said: it can be neither erased nor let go.',
    accessName: 'place-hold',
    body: placeHoldBody,
    success: 201,
    answer: commandAnswer,
    handle: placeHold,
  }),
  recordRoute({
    ...noFields,
    name: 'ReleaseHold',
    method: 'delete',
    path: '/audit/holds/{holdId}',
    summary: 'Release a hold. That destroys nothing by itself.',
    accessName: 'release-hold',
    parameters: z.strictObject({ holdId: idSchema }),
    success: 200,
    answer: commandAnswer,
    handle: releaseHold,
  }),
  recordRoute({
    ...noFields,
    name: 'SetRetention',
    method: 'put',
    path: '/audit/retention',
    summary:
      'Set for how many days what is said is kept; a dry run tells what would go, and changes nothing.',
    accessName: 'set-retention',
    body: setRetentionBody,
    success: 200,
    answer: z.union([commandAnswer, retentionPreviewView]),
    handle: setRetention,
  }),
  recordRoute({
    ...noFields,
    name: 'RequestErasure',
    method: 'post',
    path: '/audit/erasures',
    summary: 'Erase what somebody wrote and is called; once answered, nobody can read it any more.',
    accessName: 'request-erasure',
    body: requestErasureBody,
    success: 202,
    answer: commandAnswer,
    handle: requestErasure,
  }),
  recordRoute({
    ...noFields,
    name: 'RequestExport',
    method: 'post',
    path: '/audit/exports',
    summary: 'Ask for an export of the record as it is now.',
    accessName: 'request-export',
    body: requestExportBody,
    success: 202,
    answer: commandAnswer,
    handle: requestExport,
  }),
];
