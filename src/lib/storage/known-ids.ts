// Numerai's ids of slots as they were found last: a row for each model in one partition of the table `state`.

import * as z from 'zod/mini';
import { keyPart } from '../claims/keys.ts';
import type { Model } from '../config/models.ts';
import { parseJson } from '../util/json.ts';
import type { Ids, KnownIds } from '../verification/numerai-models.ts';
import type { Tables } from './tables.ts';

const PARTITION = 'numerai-ids';

/** Names of secrets and models hold no space. */
const keyOf = ({ numeraiKeys, tournament, name }: Model): string =>
  [numeraiKeys.publicId, tournament, name].map(keyPart).join(' ');

const idsSchema = z.catch(z.record(z.string(), z.string()), {});

/** Makes the store in the table `state`. One query reads the rows of all models: there are as many as in models.json. */
export function createKnownIds({ state }: Tables): KnownIds {
  let reading: Promise<ReadonlyMap<string, Ids>> | null = null;
  async function readAll(): Promise<ReadonlyMap<string, Ids>> {
    const rows = await state.list("read Numerai's ids of models", `PartitionKey eq '${PARTITION}'`);
    return new Map(rows.map(({ rowKey, ids }) => [String(rowKey), idsSchema.parse(parseJson(ids))]));
  }
  return {
    async get(model) {
      reading ??= readAll();
      try {
        return (await reading).get(keyOf(model)) ?? {};
      } catch (error) {
        reading = null;
        throw error;
      }
    },
    put: (model, ids) =>
      state.put(`keep Numerai's ids of model ${model.name}`, {
        partitionKey: PARTITION,
        rowKey: keyOf(model),
        ids: JSON.stringify(ids),
      }),
  };
}
