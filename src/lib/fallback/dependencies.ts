// What the fallback needs of the app.

import type { ChoreDependencies } from '../alerts/review.ts';
import type { WatchDependencies } from '../watch/dependencies.ts';

export type FallbackDependencies = WatchDependencies & ChoreDependencies;
