import { z } from 'zod';
import { endpoints } from './contract.ts';
import { isFromPages, type Endpoint } from './endpoint.ts';
import { problems } from './errors.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document, made of the schemas that validate. */
export function openApi(): Json {
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    (paths[endpoint.path.replace(/:(\w+)/g, '{$1}')] ??= {})[endpoint.method] = operation(endpoint);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: '智慧后勤 Houqin',
      version: '1',
      description: 'Texts are 中文 / English; problems come in the language of the person, else of Accept-Language.',
    },
    servers: [{ url: '/api' }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'houqin_session', description: '`__Host-houqin_session` over https' },
        kiosk: { type: 'apiKey', in: 'cookie', name: 'houqin_kiosk', description: '`__Host-houqin_kiosk` over https; of an enrolled device' },
      },
      schemas: { Problem: problemSchema },
      responses: {
        Problem: {
          description: 'RFC 9457 problem',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

function operation(endpoint: Endpoint): Json {
  const { access, summary, status, idempotent, accepts, method } = endpoint;
  const isWrite = method !== 'get';
  const hasBody = isWrite && (accepts !== 'json' || !isEmpty(endpoint.body));
  return {
    summary: `${summary.zh} / ${summary.en}`,
    tags: [endpoint.path.split('/')[1]],
    security: access === 'public' ? [] : [{ [access === 'kiosk' ? 'kiosk' : 'session']: [] }],
    ...(typeof access === 'object' && { 'x-roles': access.roles }),
    parameters: [
      ...parameters(endpoint.params, 'path'),
      ...parameters(endpoint.query, 'query'),
      ...(isWrite && isFromPages(accepts) ? [originHeader] : []),
      ...(idempotent ? [keyHeader] : []),
    ],
    ...(hasBody && {
      requestBody: {
        required: true,
        content: { [mediaTypes[accepts]]: { schema: accepts === 'multipart' ? oneFile : schemaOf(endpoint.body, 'input') } },
      },
    }),
    responses: { [status]: success(endpoint), default: { $ref: '#/components/responses/Problem' } },
  };
}

function success({ status, raw, produces, response }: Endpoint): Json {
  if (status === 204) return { description: 'Done' };
  if (raw) return { description: 'OK', content: { [produces ?? 'application/octet-stream']: {} } };
  return { description: 'OK', content: { 'application/json': { schema: schemaOf(response, 'output') } } };
}

function parameters(schema: z.ZodType, where: 'path' | 'query'): Json[] {
  const object = schemaOf(schema, 'input');
  const required = Array.isArray(object.required) ? object.required : [];
  return Object.entries(properties(object)).map(([name, member]) => ({
    name, in: where, required: where === 'path' || required.includes(name), schema: member,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
}

function properties(object: Json): Json {
  return (object.properties ?? {}) as Json;
}

function isEmpty(schema: z.ZodType): boolean {
  return schema instanceof z.ZodObject && Object.keys(schema.shape).length === 0;
}

const mediaTypes = {
  json: 'application/json', multipart: 'multipart/form-data', report: 'application/csp-report', form: 'application/x-www-form-urlencoded',
  callback: 'application/json',
} as const;
/** A multipart body is one file. */
const oneFile = { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } };
const text = { type: 'string' };
const originHeader = { name: 'Origin', in: 'header', required: true, schema: text };
const keyHeader = { name: 'Idempotency-Key', in: 'header', schema: { ...text, minLength: 1, maxLength: 200 } };
const problemSchema = {
  type: 'object',
  required: ['type', 'code', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: { ...text, description: 'urn:houqin:problem:CODE' },
    code: { enum: Object.keys(problems) },
    title: text,
    status: { type: 'integer' },
    detail: text,
    instance: { ...text, description: 'urn:uuid of the request, as in the log' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: text, message: text, in: { enum: ['body', 'query', 'path', 'header'] } },
      },
    },
  },
};
