import { requirementsOf } from './requirement.ts'

export const acceptanceRequirements = [
  ...requirementsOf('accept.1', 'spine acceptance 1', [
    [
      'answer',
      'npm start, then npm run ask in another shell: a streamed answer of the embedded model.',
      'tests/system/acceptance.test.ts: two commands answer, a picture is drawn, three processes do the same',
      'tests/adapters/local/smollm2.system.test.ts: knows the capital of France',
    ],
    [
      'picture',
      'With --profile demo --image a valid PNG is written.',
      'tests/system/acceptance.test.ts: two commands answer, a picture is drawn, three processes do the same',
      'tests/cli/process.system.test.ts: serve runs the server, the other commands find it by its data folder, and SIGTERM stops both in order',
    ],
    [
      'second-start',
      'The second start becomes ready, asking nobody; its time is a figure of npm run accept.',
      'tests/system/acceptance.test.ts: two commands answer, a picture is drawn, three processes do the same',
      'tests/scripts/bootstrap.system.test.ts: asks nobody',
    ],
    [
      'three-processes',
      'The same with the roles in three processes.',
      'tests/system/acceptance.test.ts: two commands answer, a picture is drawn, three processes do the same',
    ],
  ]),
  ...requirementsOf('accept.2', 'spine acceptance 2', [
    [
      'killed-engine',
      'kill -9 of the engine mid-answer: the run fails with provider_connection_failed, its partial is kept, the next run works.',
      'tests/system/acceptance.test.ts: a killed engine fails the run with its partial kept, the next run works, two answers stream at once',
      'tests/adapters/local/engine-process.system.test.ts: killed mid-answer: every answer fails at once, what came is kept, the next one works',
    ],
    [
      'two-at-once',
      'Two parallel runs on the engine both stream.',
      'tests/system/acceptance.test.ts: a killed engine fails the run with its partial kept, the next run works, two answers stream at once',
      'tests/adapters/local/answers.system.test.ts: two answers of one engine stream at the same time',
    ],
  ]),
  ...requirementsOf('accept.3', 'spine acceptance 3', [
    [
      'edits',
      'A profile edited by REST or in the file while 20 streams run serves the next run; none of the 20 breaks.',
      'tests/system/acceptance.test.ts: profiles edited while 20 streams run: the next run uses the edit, none of the 20 breaks',
    ],
    [
      'read-only',
      'REST on a declared profile is 409 naming its origin.',
      'tests/system/acceptance.test.ts: profiles edited while 20 streams run: the next run uses the edit, none of the 20 breaks',
      'tests/mcp/api/settings-objects.test.ts: a declared profile is read-only: 409 with its origin, naming config.yaml',
    ],
    [
      'broken-edit',
      'A broken edit keeps the old profile and is told with file and line in the log and in /readyz, which stays 200.',
      'tests/system/acceptance.test.ts: profiles edited while 20 streams run: the next run uses the edit, none of the 20 breaks',
      'tests/common/config/watch-config.test.ts: keeps the old, names file and line, and the repair is told even when nothing else changed',
    ],
  ]),
  ...requirementsOf('accept.4', 'spine acceptance 4', [
    [
      'lanes',
      '16 lanes of one socket with pictures and text at once: numbers gap-free, pictures byte-exact by SHA-256.',
      'tests/system/acceptance.test.ts: 16 lanes of one socket with pictures and text at once',
      'tests/gateway/sending.test.ts: keeps numbers gap-free, pictures byte-exact, lanes in order, and text before chunks',
    ],
    [
      'one-chunk',
      'No token waits behind more than one binary chunk.',
      'tests/gateway/sending.test.ts: puts a text behind at most the chunk that is on its way, however much of a picture waits',
      'tests/gateway/sending.test.ts: puts a text behind at most one chunk also when pictures are small',
    ],
  ]),
  ...requirementsOf('accept.5', 'spine acceptance 5', [
    [
      'hostile-frames',
      'Hostile frames on raw sockets, seed printed: no crash, no unhandled rejection, every answer typed.',
      'tests/gateway/hostile/hostile-frames.test.ts: are each answered by a typed error or a close code, and leave nothing behind (seed ${seed})',
      'tests/system/acceptance.test.ts: a sample of hostile frames and bodies: typed answers, nothing left behind',
      'tests/common/parse-untrusted.test.ts: throws nothing, however deep and odd it is',
      'tests/common/parse-untrusted.test.ts: is told where the length stands',
      'tests/house.test.ts: a schema that reads past parseUntrusted, in the services',
      'tests/gateway/session.test.ts: refuses a text whose length is no number, also before it is greeted',
      'tests/gateway/session.test.ts: answers a frame that meets a defect of ours with gateway_internal, logs it, and serves the next',
    ],
    [
      'hostile-bodies',
      'Hostile HTTP bodies: no crash, every answer typed.',
      'tests/system/acceptance.test.ts: a sample of hostile frames and bodies: typed answers, nothing left behind',
      'tests/mcp/api/problems.test.ts: any body to any route is answered by a problem document, or taken',
      'tests/common/http/http-server.test.ts: answers bytes that are no request (%s) once, typed, and closes',
      'tests/common/http/http-server.test.ts: lets a client that goes on sending (%s) read why it was refused',
      'tests/common/http/http-server.test.ts: waits 5 s for more from a client that does not end',
      'tests/common/http/close-in-stages.test.ts: is read to the end of the peer, who reads the last bytes',
      'tests/common/http/close-in-stages.test.ts: is cut when the peer does not end in time',
    ],
    [
      'nothing-left',
      'Afterwards sockets, timers and handles are as before; the growth of the heap is a figure of npm run accept.',
      'tests/system/acceptance.test.ts: a sample of hostile frames and bodies: typed answers, nothing left behind',
      'tests/gateway/hostile/hostile-frames.test.ts: are each answered by a typed error or a close code, and leave nothing behind (seed ${seed})',
    ],
  ]),
  ...requirementsOf('accept.6', 'spine acceptance 6', [
    [
      'check',
      'No module mock, no any outside of generated code, nothing switched off without a reason.',
      'tests/house.test.ts: has no long file, no module mock, no any, nothing switched off without a reason',
    ],
    [
      'requirements',
      'Every message type, error code and close code is required or comes later, and every requirement is cited by a test.',
      'tests/requirements.test.ts: every $kind is required or comes later, never both',
      'tests/requirements.test.ts: every requirement is cited by tests that are there and run',
    ],
    [
      'mutations',
      'npm run accept -- mutate removes one behaviour per area; what it removes and the tests that must fail are there.',
      'tests/scripts/mutations.test.ts: are of every area, find what they remove exactly once, and name tests that are there',
    ],
  ]),
]
