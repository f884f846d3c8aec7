// `npm run python`: the virtual environments in which tests run programs of Python.

import { makeEnvironment, PYTHON_ENVIRONMENTS } from './python-environments.ts';

try {
  for (const name of PYTHON_ENVIRONMENTS) console.log(`Python environment ${name}: ${makeEnvironment(name)}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
