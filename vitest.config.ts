import { defineConfig } from 'vitest/config'

const unit = ['common', 'gateway', 'router', 'adapters', 'mcp', 'cli', 'scripts', 'contracts', 'composition']

export default defineConfig({
  test: {
    reporters: ['default', './scripts/plain-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [...unit.map((folder) => `tests/${folder}/**/*.test.ts`), 'tests/*.test.ts'],
          exclude: ['tests/**/*.system.test.ts'],
        },
      },
      {
        test: {
          name: 'system',
          include: ['tests/system/**/*.test.ts', 'tests/**/*.system.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
