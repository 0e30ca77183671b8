import type { Mutation } from './mutation.ts'

/** What the page leans on: runs that outlive sockets, news, search. */
export const pageMutations: readonly Mutation[] = [
  {
    area: 'gateway',
    removes: 'who waits for room in a socket goes on when it ends',
    file: 'services/gateway/sending/socket-writer.ts',
    find: 'if (this.#isFinished) return false',
    replace: '',
    tests: ['tests/gateway/sending.test.ts'],
    named: 'is full for nobody once it is finished',
  },
  {
    area: 'gateway',
    removes: 'a resumed session keeps the order of its lanes',
    file: 'services/gateway/runs/lanes.ts',
    find: 'tail: this.#before }',
    replace: 'tail: Promise.resolve() }',
    tests: ['tests/gateway/resume.test.ts'],
    named: 'hands the runs of a lane over in order',
  },
  {
    area: 'router',
    removes: 'a caller sees only its own runs',
    file: 'services/router/router.ts',
    find: '(run?.owner.id === caller.id ? [run.view] : [])',
    replace: '(run === undefined ? [] : [run.view])',
    tests: ['tests/contracts/router.test.ts'],
  },
  {
    area: 'router',
    removes: 'an ended run is kept for its detach TTL only',
    file: 'services/router/run-shelf.ts',
    find: 'now - run.endedAt >= run.detachTtlMs',
    replace: 'false',
    tests: ['tests/router/runs.test.ts'],
    named: 'is forgotten after its detach TTL',
  },
  {
    area: 'router',
    removes: 'the pictures of all runs together are bounded',
    file: 'services/router/load-book.ts',
    find: 'this.#pictureBytes += pictureBytes',
    replace: '',
    tests: ['tests/router/admission.test.ts'],
    named: 'the pictures of all runs together',
  },
  {
    area: 'mcp',
    removes: 'a search finds only what is the caller’s own',
    file: 'services/mcp/store/sqlite/full-text-search.ts',
    find: ' and conversations.owner = ${wanted.owner}',
    replace: '',
    tests: ['tests/mcp/store/search.test.ts'],
  },
]
