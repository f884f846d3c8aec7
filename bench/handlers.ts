// What the app is compared with, in a host of the same kind:
// - `waiting`: the tutorial's function. It starts the container group and waits for the poller's end.
// - `bare`: the four external calls that a warm webhook makes, in their order, by fetch and with nothing around
//   them: the time that those calls take.
// - `sdk`: starts a container group and does not wait for its end; what fails is repeated by the Azure client itself.

import { ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import { app } from '@azure/functions';
import { ManagedIdentityCredential } from '@azure/identity';

const setting = (name: string): string => process.env[name] ?? '';

const containerGroups = () => {
  const endpoint = setting('AZURE_RESOURCE_MANAGER_ENDPOINT');
  return new ContainerInstanceManagementClient(new ManagedIdentityCredential(), setting('AZURE_SUBSCRIPTION_ID'), {
    endpoint,
    $host: endpoint,
    credentialScopes: 'https://management.azure.com/.default',
  }).containerGroups;
};

app.http('waiting', {
  route: 'waiting/{group}',
  methods: ['POST'],
  handler: async (request) => {
    const group = request.params.group ?? '';
    await containerGroups().beginStartAndWait(setting('CONTAINER_RESOURCE_GROUP'), group);
    return { status: 200 };
  },
});

const kept: { client?: ReturnType<typeof containerGroups> } = {};

app.http('sdk', {
  route: 'sdk/{kind}/{group}',
  methods: ['POST'],
  handler: async (request) => {
    kept.client ??= containerGroups();
    const { kind, group = '' } = request.params;
    const resourceGroup = setting('CONTAINER_RESOURCE_GROUP');
    if (kind === 'group') await kept.client.beginStart(resourceGroup, group);
    else
      await kept.client.beginCreateOrUpdate(resourceGroup, group, {
        location: 'westeurope',
        osType: 'Linux',
        restartPolicy: 'Never',
        containers: [
          { name: 'submission', image: 'example.org/some:1', resources: { requests: { cpu: 1, memoryInGB: 1.5 } } },
        ],
      });
    return { status: 200 };
  },
});

let calls = 0;

app.http('bare', {
  route: 'bare',
  methods: ['POST'],
  handler: async () => {
    calls += 1;
    await pointer(`p${calls}`);
    await transaction(`c${calls}`, `r${calls}`);
    await putGroup(`bare-r${calls}-a1`);
    await update(`r${calls}`);
    return { status: 200 };
  },
});

const tables = () => setting('AzureWebJobsStorage__tableServiceUri');
const row = (key: string) => ({ PartitionKey: 'bare', RowKey: key, text: 'x'.repeat(600) });
const tableHeaders = () => ({
  authorization: `Bearer ${setting('BENCH_TABLES_TOKEN')}`,
  accept: 'application/json;odata=minimalmetadata',
  'content-type': 'application/json',
  dataserviceversion: '3.0',
  'x-ms-version': '2019-02-02',
});

const pointer = (key: string) =>
  send('PUT', `${tables()}/inflight(PartitionKey='bare',RowKey='${key}')`, tableHeaders(), row(key));

const update = (key: string) =>
  send(
    'PUT',
    `${tables()}/runs(PartitionKey='bare',RowKey='${key}')`,
    { ...tableHeaders(), 'if-match': '*' },
    row(key),
  );

function transaction(...keys: string[]): Promise<void> {
  const parts = keys.map(
    (key) => `--changeset_1\r
content-type: application/http\r
content-transfer-encoding: binary\r
\r
POST ${tables()}/runs HTTP/1.1\r
Content-Type: application/json;odata=nometadata\r
Accept: application/json;odata=minimalmetadata\r
DataServiceVersion: 3.0\r
Prefer: return-no-content\r
\r
\r
${JSON.stringify(row(key))}\r
`,
  );
  const body = `--batch_1\r
content-type: multipart/mixed; boundary=changeset_1\r
\r
\r
${parts.join('')}--changeset_1--\r
--batch_1--\r
`;
  return send(
    'POST',
    `${tables()}/$batch`,
    { ...tableHeaders(), 'content-type': 'multipart/mixed; boundary=batch_1' },
    body,
  );
}

const putGroup = (name: string) =>
  send(
    'PUT',
    `${setting('AZURE_RESOURCE_MANAGER_ENDPOINT')}/subscriptions/${setting('AZURE_SUBSCRIPTION_ID')}` +
      `/resourceGroups/${setting('CONTAINER_RESOURCE_GROUP')}/providers/Microsoft.ContainerInstance/containerGroups/${name}?api-version=2023-05-01`,
    {
      authorization: `Bearer ${setting('BENCH_RESOURCE_MANAGER_TOKEN')}`,
      'content-type': 'application/json',
    },
    {
      location: 'westeurope',
      properties: {
        osType: 'Linux',
        restartPolicy: 'Never',
        containers: [
          {
            name: 'submission',
            properties: {
              image: 'example.org/bare:1',
              resources: { requests: { cpu: 1, memoryInGB: 1.5 } },
            },
          },
        ],
      },
    },
  );

async function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body: object | string,
): Promise<void> {
  const response = await fetch(url, {
    method,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok || /HTTP\/1\.1 4\d\d/.test(text)) throw new Error(`${method} ${url}: ${response.status} ${text}`);
}
