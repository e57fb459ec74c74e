import { ensurePlatform } from '../stacks/ensure-platform.ts';
import type { Check } from './check.ts';
import { stackTypesTool } from './tools.ts';

/** The types of sst.config.ts and the stacks, over SST's components, which the first run installs. */
export const stackTypes: Check = {
  name: 'tsc stacks',
  async run(root) {
    await ensurePlatform(root);
    return stackTypesTool.run(root);
  },
};
