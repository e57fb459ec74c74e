import { defineConfig } from 'vitest/config';

const unit = ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'];
const slow = ['test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts', 'test/iam/**/*.test.ts', 'test/stacks/**/*.test.ts'];

/** Two workers, as the machines this is built on have two cores. Tests that start a whole engine or synthesise stages come
 * after all others. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: unit,
          exclude: ['**/node_modules/**', ...slow],
          setupFiles: ['test/setup/no-server-left.ts'],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: slow,
          setupFiles: ['test/setup/no-server-left.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: { include: ['packages/*/src/**'], exclude: ['**/*.test.ts'], reportsDirectory: 'coverage' },
  },
});
