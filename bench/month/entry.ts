// The app for the simulated month: all that it consists of, to be registered with a system of the
// simulation's making.

export { registerFunctions } from '../../src/functions/register.ts';
