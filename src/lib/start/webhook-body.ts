// What does this webhook body mean? Numerai sends {dataVersion, isTest, roundNumber, triggerId}; people
// send nothing at all, or a part of it. Unknown fields are ignored: Numerai may add some.

import * as z from 'zod/mini';

/** Most bytes of a body; Numerai's has about a hundred. */
export const BODY_MAX_BYTES = 64 * 1024;

const ROUND = 'a positive whole number of at most seven digits, or a string of these digits';
const TRIGGER_ID = 'a string of at most 200 printable ASCII characters, without blanks';

const round = z.int(ROUND).check(z.positive(ROUND), z.maximum(9_999_999, ROUND));
/** As Numerai sends it. */
const digits = z.pipe(z.string().check(z.maxLength(7, ROUND), z.regex(/^0*[1-9][0-9]*$/, ROUND)), z.transform(Number));
const nothing = z.pipe(
  z.literal(''),
  z.transform(() => null),
);

/** What is empty, or left out, says nothing. */
const orNothing = <T extends z.ZodMiniType>(expected: string, schema: T) =>
  z.nullish(z.union([nothing, schema], expected));

/** Reads the JSON of a body. A message says what a field must be. */
export const webhookBody = z.pipe(
  z.object(
    {
      roundNumber: orNothing(ROUND, z.union([round, digits], ROUND)),
      // It becomes an environment variable: printable ASCII, bounded.
      triggerId: orNothing(TRIGGER_ID, z.string().check(z.regex(/^[\x21-\x7e]{1,200}$/, TRIGGER_ID))),
      isTest: z.nullish(z.boolean('true or false')),
    },
    'a JSON object',
  ),
  z.transform(({ roundNumber = null, triggerId = null, isTest }) => ({
    round: roundNumber,
    triggerId,
    isTest: isTest ?? false,
  })),
);
