import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { id } from './processes.ts';

const params = z.strictObject({ id });

/** Photos. A form names them by their ids; until it is sent only whoever uploaded one sees it, and after a day it is deleted. */
export const fileContract = {
  uploadFile: endpoint({
    method: 'post',
    path: '/files',
    access: 'session',
    summary: {
      zh: '上传一张照片（JPEG、PNG、WebP，最大 10 MB）；一天内未随表单提交则自动删除',
      en: 'Uploads one photo (JPEG, PNG or WebP, at most 10 MB); deleted after a day unless a form that names it is sent',
    },
    status: 201,
    accepts: 'multipart',
    /** Of the photo as it was encoded anew: a JPEG, its longest side at most 2048 px. */
    response: z.object({ id: z.string(), width: z.int(), height: z.int(), bytes: z.int() }),
  }),
  getFile: endpoint({
    method: 'get',
    path: '/files/:id',
    access: 'session',
    summary: { zh: '照片', en: 'A photo of one’s own, or of a process that one may see' },
    params,
    raw: true,
    produces: 'image/jpeg',
  }),
  getThumbnail: endpoint({
    method: 'get',
    path: '/files/:id/thumbnail',
    access: 'session',
    summary: { zh: '照片的缩略图', en: 'The same, with 320 px at most' },
    params,
    raw: true,
    produces: 'image/jpeg',
  }),
};
