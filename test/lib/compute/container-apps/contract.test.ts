// Container Apps jobs fulfil the contract of the compute port.

import { describePlatform } from '../platform-contract.ts';
import { KINDS, openContainerApps } from './stage.ts';

describePlatform({ name: 'container apps', kinds: KINDS, open: openContainerApps });
