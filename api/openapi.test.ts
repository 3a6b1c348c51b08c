import { expect } from 'chai';
import { endpoints } from './contract.ts';
import { openApi } from './openapi.ts';

describe('the OpenAPI document', () => {
  const document = openApi() as any;

  it('has every endpoint with its summary, its access and its answers', () => {
    expect(document.openapi).to.equal('3.1.0');
    for (const { method, path, access, status } of endpoints) {
      const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')][method];
      expect(operation.summary).to.match(/ \/ /);
      expect(operation.security).to.deep.equal(access === 'public' ? [] : [{ [access === 'kiosk' ? 'kiosk' : 'session']: [] }]);
      expect(operation.responses).to.include.keys(String(status), 'default');
      if (typeof access === 'object') expect(operation['x-roles']).to.deep.equal(access.roles);
    }
  });

  it('names every parameter of a path as required', () => {
    for (const [path, operations] of Object.entries<any>(document.paths)) {
      for (const operation of Object.values<any>(operations)) {
        const inPath = operation.parameters.filter((parameter: any) => parameter.in === 'path');
        expect(inPath.map(({ name }: any) => name).sort()).to.deep.equal([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
        expect(inPath.every(({ required }: any) => required)).to.equal(true);
      }
    }
  });

  it('says in each schema that unknown fields are refused, and has no reference that leads nowhere', () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) expect(document.components.schemas).to.include.keys(name!);
    const login = document.paths['/login'].post.requestBody.content['application/json'].schema;
    expect(login).to.deep.include({ additionalProperties: false, required: ['username', 'password'] });
  });
});
