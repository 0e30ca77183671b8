import { defineConfig } from 'vitest/config'

/** Those that start whole processes of Hearth or install packages. */
const system = ['tests/system/**/*.test.ts', 'tests/**/*.system.test.ts']

export default defineConfig({
  test: {
    reporters: ['default', './scripts/plain-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: system,
          // No module has state and no test replaces one, so files may share a process; most of them wait for sockets.
          isolate: false,
          maxWorkers: 3,
        },
      },
      {
        test: { name: 'system', include: system, testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false },
      },
    ],
  },
})
