// Numerai's ids of slots as they were found last: a row for each model in one partition of the table `state`.

import * as z from 'zod/mini';
import { keyPart } from '../claims/keys.ts';
import type { Model } from '../config/models.ts';
import { parseJson } from '../util/json.ts';
import type { KnownIds } from '../verification/numerai-models.ts';
import type { Tables } from './tables.ts';

const PARTITION = 'numerai-ids';

/** Names of secrets and models hold no space. */
const keyOf = ({ numeraiKeys, tournament, name }: Model): string =>
  [numeraiKeys.publicId, tournament, name].map(keyPart).join(' ');

const idsSchema = z.catch(z.record(z.string(), z.string()), {});

/** Makes the store in the table `state`. */
export function createKnownIds({ state }: Tables): KnownIds {
  return {
    async get(model) {
      const row = await state.get(`read Numerai's ids of model ${model.name}`, PARTITION, keyOf(model));
      return idsSchema.parse(parseJson(row?.ids));
    },
    put: (model, ids) =>
      state.put(`keep Numerai's ids of model ${model.name}`, {
        partitionKey: PARTITION,
        rowKey: keyOf(model),
        ids: JSON.stringify(ids),
      }),
  };
}
