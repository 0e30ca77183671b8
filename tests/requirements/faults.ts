import { requirementsOf } from './requirement.ts'

const matrix = [
  'tests/faults/matrix.system.test.ts: was asked in every cell, by every route',
  'tests/faults/matrix.system.test.ts: $cell by WebSocket is $outcome.code',
  'tests/faults/matrix.system.test.ts: $cell by a streamed completion is $outcome.http, or an error event after content',
  'tests/faults/matrix.system.test.ts: $cell by a completion in one piece is $outcome.http',
  "tests/faults/matrix.system.test.ts: $cell closes the vendor's response",
]

export const faultRequirements = [
  ...requirementsOf('deliver.3', 'vendors deliver 3', [
    [
      'fault-matrix',
      'Vendor × fault × phase is a table; every cell runs, a missing one neither compiles nor passes.',
      'tests/faults/fault-table.test.ts: has every fault the fake vendor knows, and every status of the acceptance',
      'tests/faults/fault-table.test.ts: has a row for every vendor and a cell for every fault in every phase',
      ...matrix,
    ],
    [
      'fault-wires',
      'The fake vendor speaks every wire to the official SDKs, and every fault strikes on every wire.',
      'tests/common/testing/vendor-wires.test.ts: Responses: reasoning, text, usage',
      'tests/common/testing/vendor-wires.test.ts: Messages: thinking, text, usage, stop reasons',
      'tests/common/testing/vendor-wires.test.ts: images: rough ones, then the picture; edits by a form; without a stream',
      'tests/common/testing/vendor-wires.test.ts: embeddings, as numbers and as base64',
      'tests/common/testing/vendor-wires.test.ts: streams lines the way Ollama does',
      'tests/common/testing/vendor-wires.test.ts: $fault on $path',
    ],
  ]),
  ...requirementsOf('accept.2', 'vendors acceptance 2', [
    [
      'faults',
      'Every fault of every vendor ends in the right code within its timer, the partial in history.',
      ...matrix,
    ],
    [
      'fault-leaks',
      'After 500 faults sockets, timers, handles and heap are as after the first 50.',
      'tests/system/acceptance.test.ts: a sample of mixed faults of every vendor: each as the table says, nothing left behind',
    ],
  ]),
  ...requirementsOf('accept.3', 'vendors acceptance 3', [
    [
      'cancel-reaches-vendor',
      "A cancel or the end of an HTTP request closes the vendor's socket in every phase.",
      "tests/system/acceptance.test.ts: a sample of cancels in every phase, by WebSocket and HTTP, reaches the vendor's socket soon",
    ],
  ]),
]
