// Azure Container Instances fulfil the contract of the compute port.

import { describePlatform } from '../platform-contract.ts';
import { KINDS, openContainerInstances } from './stage.ts';

describePlatform({ name: 'container instances', kinds: KINDS, open: openContainerInstances });
