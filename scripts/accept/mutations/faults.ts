import type { Mutation } from './mutation.ts'

const matrix = ['tests/faults/matrix.system.test.ts']

/** What the fault matrix notices through a whole house. */
export const faultMutations: readonly Mutation[] = [
  {
    area: 'faults',
    removes: 'a vendor that talks on after an error is cut off',
    file: 'services/adapters/vendor-stream.ts',
    find: 'else this.#body.destroy()',
    replace: 'else this.#body.pause()',
    tests: matrix,
    named: 'mid-stream/error closes',
  },
  {
    area: 'faults',
    removes: 'Retry-After of the vendor reaches the caller',
    file: 'services/adapters/vendor-failure.ts',
    find: '      ...retryAfter(headers),\n',
    replace: '',
    tests: matrix,
    named: 'status-429',
  },
  {
    area: 'faults',
    removes: 'a failure after content is an error event',
    file: 'services/gateway/openai-api/serve-run.ts',
    find: 'events.end(encoder.fail(reported(deps.log, thrown)))',
    replace: "events.end('')",
    tests: matrix,
    named: 'mid-stream/reset by a streamed completion',
  },
  {
    area: 'faults',
    removes: "Anthropic's stream without a stop reason is truncated",
    file: 'services/adapters/anthropic/map-stream.ts',
    find: '    if (!isComplete(state)) throw truncated()\n',
    replace: '',
    tests: matrix,
    named: 'anthropic',
  },
]
