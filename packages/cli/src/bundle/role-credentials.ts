import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Lambda puts the credentials of a function's role into its environment. The SDK's default chain looks there first, and then
 * for profiles, SSO, tokens, processes, containers and instance metadata, with a client of its own for most of them: a
 * quarter of a bundle that no function ever runs. The chain ends here after the environment.
 */
export const roleCredentials: Plugin = {
  name: 'role-credentials',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@aws-sdk[\\/]credential-provider-node[\\/]dist-es[\\/]index\.js$/ }, ({ path }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      resolveDir: dirname(path),
    }));
  },
};
