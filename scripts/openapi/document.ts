// The description of the HTTP API, OpenAPI 3.1: `npm run schema` writes it to docs/openapi.json. The routes and methods are
// those that the app registers, and what a body may be is what the app checks it with.

import { readFileSync } from 'node:fs';
import { API } from '../../src/functions/api.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { components, type JsonObject } from './parts.ts';

const INTRODUCTION = `Starts containers that submit to Numerai, and says how that went. Bodies are JSON, with a Content-Length.

A key opens it, in the header \`x-functions-key\` or in the query as \`code\`: the host key \`operator\` all of it, the key of
the function \`webhook\` the webhook only. Where it is wrong the platform answers 401, without a body; and 404, also
without one, for an address that there is not, or not with this method.`;

/** As plain data. */
export function openApiDocument() {
  const { version, license } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const paths: Record<string, JsonObject> = {};
  for (const [name, operations] of Object.entries(OPERATIONS))
    for (const { method, path, operationId = name, ...operation } of operations) {
      refuseUnserved(name, { method, path });
      paths[path] = { ...paths[path], [method]: { operationId, ...operation } };
    }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Numerai webhook for Azure',
      version,
      license: { name: license, identifier: license },
      description: INTRODUCTION,
    },
    servers: [{ url: '/api' }],
    security: [{ header: [] }, { query: [] }],
    paths,
    components: components(),
  };
}

/** Throws where the function has another route, with the parts that may be left out or without them, or another method. */
function refuseUnserved(name: string, { method, path }: Pick<Operation, 'method' | 'path'>): void {
  const served = Object.entries(API).find(([each]) => each === name)?.[1];
  if (served === undefined) return;
  if (!served.methods.some((each) => each.toLowerCase() === method))
    throw new Error(`The function ${name} takes no ${method}.`);
  const whole = `/${served.route.replaceAll('?}', '}')}`;
  const short = `/${served.route.replace(/\/\{\w+\?\}/g, '')}`;
  if (path !== whole && path !== short) throw new Error(`The function ${name} is at ${whole}, not at ${path}.`);
}
