// The demo's job: a program that trains for some seconds, as a participant's would for hours. It fits a line to numbers of
// its own by gradient descent, says how far it is, and knows nothing of Numerai.

import { setTimeout } from 'node:timers/promises';

const EPOCHS = 10;
const RATE = 0.1;
const POINTS = Array.from({ length: 50 }, (_, index) => ({ x: index / 50, y: 0.3 + (0.4 * index) / 50 }));

const seconds = Number(process.env.DEMO_TRAINING_SECONDS ?? 5);
let [bias, slope] = [0, 0];
console.log(`Training for ${seconds} s (run ${process.env.RUN_ID ?? 'unknown'}).`);
for (let epoch = 1; epoch <= EPOCHS; epoch += 1) {
  for (const { x, y } of POINTS) {
    const error = bias + slope * x - y;
    bias -= RATE * error;
    slope -= RATE * error * x;
  }
  const loss = POINTS.reduce((sum, { x, y }) => sum + (bias + slope * x - y) ** 2, 0) / POINTS.length;
  console.log(`Epoch ${epoch} of ${EPOCHS}: loss ${loss.toExponential(2)}`);
  await setTimeout((seconds * 1000) / EPOCHS);
}
console.log(`Done: y = ${bias.toFixed(3)} + ${slope.toFixed(3)} x`);
