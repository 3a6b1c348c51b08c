import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { me } from './session.ts';

const app = z.string().max(40);

/** Entering from another app by its signed ticket. */
export const entryContract = {
  entryApp: endpoint({
    method: 'get', path: '/entry/:app', access: 'public',
    summary: { zh: '可凭票进入的应用的名称', en: 'The name of an app from which one enters' },
    params: z.strictObject({ app }),
    response: z.object({ title: z.object({ zh: z.string(), en: z.string() }) }),
  }),
  enter: endpoint({
    method: 'post', path: '/entry/:app', access: 'public',
    summary: { zh: '从其他应用凭签名票据进入（一票一次）：本单位人员即登录，兄弟单位同事得到一次来访申请的凭据', en: 'Enter by an app’s signed ticket, once: staff are logged in, a colleague of another branch gets a proof for one visit' },
    params: z.strictObject({ app }),
    body: z.strictObject({ ticket: z.string().min(1).max(4_000) }),
    response: z.union([
      z.object({ person: me }),
      /** Name and phone masked; in clear they stand sealed behind the proof. */
      z.object({ colleague: z.object({ proof: z.string(), name: z.string(), phone: z.string(), branch: z.string().nullable() }) }),
    ]),
  }),
};
