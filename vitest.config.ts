import { defineConfig } from 'vitest/config'

/** Those that start whole processes of Hearth or install packages. */
const system = ['tests/system/**/*.test.ts', 'tests/**/*.system.test.ts']

/** Those that open a real database or listeners for every test: one suite for each seam, over each implementation. */
const integration = [
  'tests/contracts/**/*.test.ts',
  'tests/mcp/{store,aggregator,endpoint,own}/**/*.test.ts',
  'tests/common/{rest,grpc}/**/*.test.ts',
]

/** Those that drive a real browser against a real house. */
const browser = ['tests/browser/**/*.test.ts']

/**
 * No module has state and no test replaces one, so files may share a process; most of them wait for sockets. The time-out
 * is for a machine that is busy with other things.
 */
const shared = { isolate: false, maxWorkers: 4, testTimeout: 30_000 }

export default defineConfig({
  test: {
    reporters: ['default', './scripts/plain-reporter.ts'],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [...system, ...integration, ...browser],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          include: integration,
          exclude: system,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'system',
          include: system,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'browser',
          include: browser,
          globalSetup: ['tests/browser/global-setup.ts'],
          testTimeout: 90_000,
          hookTimeout: 120_000,
          // What is measured there must not share the processor with another browser.
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
