// Machine Learning jobs fulfil the contract of the compute port.

import { describePlatform } from '../platform-contract.ts';
import { KINDS, openMachineLearning } from './stage.ts';

describePlatform({ name: 'machine learning', kinds: KINDS, open: () => openMachineLearning() });
