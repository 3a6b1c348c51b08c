import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

export const healthContract = {
  live: endpoint({
    method: 'get',
    path: '/health/live',
    access: 'public',
    summary: { zh: '进程存活；是否演示公司', en: 'The process runs; whether it serves the demo company' },
    response: z.object({ status: z.literal('ok'), demo: z.boolean() }),
  }),
  ready: endpoint({
    method: 'get',
    path: '/health/ready',
    access: 'public',
    summary: { zh: '可以服务；数据库不可用时为 503', en: 'Can serve; 503 while the database is away' },
    raw: true,
    produces: 'application/json',
  }),
  // The contract is public on purpose: it holds no data, and a client is made of it before anybody logs in.
  openapi: endpoint({
    method: 'get',
    path: '/openapi.json',
    access: 'public',
    summary: { zh: '接口文档（OpenAPI 3.1）', en: 'This document (OpenAPI 3.1)' },
    raw: true,
    produces: 'application/json',
  }),
  cspReport: endpoint({
    method: 'post',
    path: '/csp-reports',
    access: 'public',
    summary: { zh: '浏览器的内容安全策略报告', en: 'A browser’s report on the content security policy' },
    accepts: 'report',
    body: z.unknown(),
  }),
};
