import { defineConfig } from 'vitest/config';

const e2e = { testTimeout: 120_000, hookTimeout: 120_000 };
/** Tests that need more than Node: registries, compilers, a browser. */
const toolchain = '**/*.toolchain.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'packages',
          include: ['packages/*/src/**/*.test.ts', 'policies/*.test.ts', 'tools/**/*.test.ts'],
          exclude: [toolchain],
          testTimeout: 30_000,
        },
      },
      { test: { name: 'e2e', include: ['e2e/**/*.test.ts'], exclude: [toolchain], ...e2e } },
      {
        test: {
          name: 'toolchain',
          include: [
            'packages/*/src/**/*.toolchain.test.ts',
            'tools/**/*.toolchain.test.ts',
            'e2e/**/*.toolchain.test.ts',
            'policies/*.toolchain.test.ts',
          ],
          ...e2e,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
