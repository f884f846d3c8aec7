// Numerai's ids of models as they were found last: a row for each in one partition of the table `state`.

import { keyPart } from '../claims/keys.ts';
import type { KnownIds, NamedModel } from '../verification/numerai-models.ts';
import type { Tables } from './tables.ts';

const PARTITION = 'numerai-ids';

/** Names of secrets and models hold no space. */
const keyOf = ({ numeraiKeys, tournament, name }: NamedModel): string =>
  [numeraiKeys.publicId, tournament, name].map(keyPart).join(' ');

/** Makes the store in the table `state`. */
export function createKnownIds({ state }: Tables): KnownIds {
  return {
    async get(model) {
      const row = await state.get(`read the id of Numerai's model ${model.name}`, PARTITION, keyOf(model));
      return typeof row?.numeraiId === 'string' ? row.numeraiId : null;
    },
    put: (model, numeraiId) =>
      state.put(`keep the id of Numerai's model ${model.name}`, {
        partitionKey: PARTITION,
        rowKey: keyOf(model),
        numeraiId,
      }),
  };
}
