import type { Mutation } from './mutation.ts'

/** What a person starts. */
export const programMutations: readonly Mutation[] = [
  {
    area: 'bootstrap',
    removes: 'a changed lockfile is noticed',
    file: 'scripts/bootstrap/install.mjs',
    find: 'readText(stampOf(folder)) === wanted',
    replace: 'readText(stampOf(folder)) !== undefined',
    tests: ['tests/scripts/install.test.ts'],
  },
  {
    area: 'model fetch',
    removes: 'the SHA-256 is compared',
    file: 'scripts/fetch-model/verify-model.ts',
    find: 'sha256 === model.sha256 ? undefined',
    replace: 'true ? undefined',
    tests: ['tests/scripts/fetch-model/fetch-model.test.ts'],
  },
  {
    area: 'CLI',
    removes: 'the exit code says what went wrong',
    file: 'clients/cli/run-cli.ts',
    find: 'return exitCodes[exit].code',
    replace: 'return exitCodes.failed.code',
    tests: ['tests/cli/commands.test.ts'],
  },
]
