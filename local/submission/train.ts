// The demo's job: a program that trains for some seconds, as a participant's would for hours. It fits weights to numbers of
// its own by gradient descent, says how far it is, and leaves the model where the submissions of the rounds to come find it.

import { setTimeout } from 'node:timers/promises';
import { Failure, failAsRequested, parseRequestedFailure } from './failures.ts';
import { openModelFile } from './model.ts';

const EPOCHS = 10;
const RATE = 0.2;
const WEIGHTS = 5;

async function train(): Promise<void> {
  const seconds = Number(process.env.DEMO_TRAINING_SECONDS ?? 5);
  const run = process.env.RUN_ID ?? 'unknown';
  // Before hours of training, not after.
  const save = await openModelFile(process.env);
  console.log(`Training for ${seconds} s (run ${run}).`);
  await failAsRequested(parseRequestedFailure(process.env.DEMO_FAIL));
  const truth = randomNumbers();
  const rows = Array.from({ length: 50 }, randomNumbers);
  const weights = Array<number>(WEIGHTS).fill(0);
  for (let epoch = 1; epoch <= EPOCHS; epoch += 1) {
    let squares = 0;
    for (const row of rows) {
      const error = product(row, weights) - product(row, truth);
      squares += error ** 2;
      for (const [index, value] of row.entries()) weights[index] = (weights[index] ?? 0) - RATE * error * value;
    }
    console.log(`Epoch ${epoch} of ${EPOCHS}: loss ${(squares / rows.length).toExponential(2)}`);
    await setTimeout((seconds * 1000) / EPOCHS);
  }
  const file = await save({ weights, trainedAt: new Date().toISOString(), run });
  console.log(`Wrote ${file}: the next round is predicted with it.`);
}

/** Between -1 and 1. */
const randomNumbers = (): number[] => Array.from({ length: WEIGHTS }, () => Math.random() * 2 - 1);

const product = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

try {
  await train();
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
}
