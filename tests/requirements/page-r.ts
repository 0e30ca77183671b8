import { requirementsOf } from './requirement.ts'

/** What the page needs of runs: they are there when it comes back. */
export const pageRouterRequirements = requirementsOf('deliver.5', 'page deliver 1', [
  [
    'replay',
    'An ended run is replayed as it was, from any number, while its detach TTL lasts.',
    'tests/contracts/router-keeping.contract.ts: an ended run is read again as it was, from any number',
    'tests/router/run-log.test.ts: in any order of saying, trimming and reading, every reader comes to the same answer',
    'tests/router/run-log.test.ts: that is whole at its end never asks for the answer again; one that is not asks once and weighs it',
  ],
  [
    'snapshot',
    'Where the wanted events were trimmed a snapshot of the answer stands for them and the numbers go on after it.',
    'tests/contracts/router-keeping.contract.ts: where the wanted events were trimmed a snapshot stands for them, and the numbers go on after it',
    'tests/contracts/router-keeping.contract.ts: an ended run whose beginning was trimmed is a snapshot and its end',
    'tests/router/run-keeping.test.ts: is bounded: a reader behind it gets a snapshot, one that follows gets every event',
    'tests/router/run-keeping.test.ts: a snapshot of an answer that was cut says which items are whole; a picture is named, not sent again',
  ],
  [
    'runs',
    'A caller sees its runs that go on, and any of its runs by id while it is kept; never those of others.',
    'tests/contracts/router-keeping.contract.ts: a caller sees those of its runs that go on, oldest first',
    'tests/contracts/router-keeping.contract.ts: a run is found by its id while it is kept, with how it stands and its newest number, by its caller only',
  ],
  [
    'unread',
    'A run that nobody reads for its detach TTL is cancelled; one that ends with its client, after five seconds.',
    'tests/contracts/router-keeping.contract.ts: a run that nobody reads for its detach TTL is cancelled, and then forgotten',
    'tests/router/unread.test.ts: is cancelled after the detach TTL of its profile, and its partial kept',
    'tests/router/unread.test.ts: is counted anew whenever its last reader leaves',
    'tests/router/unread.test.ts: is cancelled when it is to end with its client, whose cancel was lost',
  ],
  [
    'branch-start',
    'A branch may begin before the first message of its conversation.',
    'tests/contracts/router.contract.ts: a branch may begin before the first message of its conversation',
    'tests/common/grpc/codecs.test.ts: a run request %s survives the wire',
  ],
])
