import { requirementsOf } from './requirement.ts'

const seams = requirementsOf('deliver.7', 'spine deliver 7', [
  [
    'router-over-grpc',
    'The router keeps every promise of its contract in process, over gRPC and in a process of its own.',
    'tests/contracts/router.contract.ts: an answer is numbered from 0 without gaps, from response.created to one terminal',
    'tests/contracts/router.contract.ts: every kind of event arrives as it was',
    'tests/contracts/router.system.test.ts: a killed router is gateway_overloaded to its readers and starters; a restarted one answers',
  ],
  [
    'adapters-over-grpc',
    'Adapters keep every promise of their contract in process, over gRPC and in a process of their own.',
    'tests/contracts/adapter-set.contract.ts: the adapter sees the request as it was made',
    'tests/contracts/model-adapter.contract.ts: two answers at once do not touch each other',
    'tests/contracts/router.system.test.ts: killed adapters fail the run with provider_connection_failed and its partial; restarted ones answer',
  ],
  [
    'batch-per-message',
    'One message is one batch; what is larger than a message is cut and joined.',
    'tests/common/grpc/codecs.test.ts: any batch of an adapter survives the wire',
    'tests/common/grpc/codecs.test.ts: a batch of any size is cut into messages under the limit and joined again',
  ],
  [
    'cancel-and-deadline',
    'Cancel and deadline reach the other end; a reader that does not read stops the far iterator.',
    'tests/contracts/adapter-set.contract.ts: an abort makes the iterator throw caller_cancelled and reaches the adapter at once',
    'tests/common/grpc/grpc-server.test.ts: the deadline of a call ends it on both sides',
    'tests/common/grpc/grpc-server.test.ts: a reader that does not read stops the far iterator: nothing piles up in between',
    'tests/contracts/router.system.test.ts: a run of a killed router lets the adapter go',
  ],
  [
    'roles-in-processes',
    'Three roles in three processes answer the same question.',
    'tests/system/acceptance.test.ts: two commands answer, a picture is drawn, three processes do the same',
  ],
  [
    'mcp-over-rest',
    'Settings, identity and history keep their contracts over REST and outlast a restart of mcp.',
    'tests/contracts/settings.contract.ts: who knows nothing gets the whole snapshot',
    'tests/contracts/identity.contract.ts: a token of a user is that user with the rights of the role',
    'tests/contracts/history.contract.ts: many runs at once keep their own conversations',
    'tests/common/rest/mcp-client.test.ts: a partial answer and its picture outlast a restart of mcp',
  ],
  [
    'cluster-token',
    'Roles authenticate to each other with HEARTH_CLUSTER_TOKEN; without it nothing is served between processes.',
    'tests/common/grpc/grpc-server.test.ts: is needed for every call, the health check too',
    'tests/common/grpc/grpc-server.test.ts: is checked before anything of a message is read',
    'tests/common/rest/mcp-client.test.ts: only the cluster token opens the seams, and its refusal is not taken for that of a user',
    'tests/common/rest/mcp-client.test.ts: nothing is mounted without a cluster token',
  ],
  [
    'poll',
    'Where no doorbell rings, a poll carries changes.',
    'tests/common/settings/settings-mirror.test.ts: finds a change by polling alone',
  ],
])

const cli = requirementsOf('deliver.8', 'spine deliver 8', [
  [
    'help',
    'Help is there everywhere and names options, examples and exit codes.',
    'tests/cli/commands.test.ts: alone, by help and by --help names every command and every exit code',
    'tests/cli/commands.test.ts: of %s has its options, an example and the exit codes',
  ],
  [
    'exit-codes',
    'Exit codes tell wrong usage, no server, no right, wrong configuration and an interruption apart.',
    'tests/cli/commands.test.ts: wrong usage %j exits 2 with one sentence and no trace',
    'tests/cli/ask.system.test.ts: no server exits 3 and says how to start it, with or without a token',
    'tests/cli/ask.system.test.ts: a wrong token exits 4 with the code of the server',
    'tests/cli/commands.test.ts: another command with a broken configuration exits 5 as well',
    'tests/cli/ask.system.test.ts: %s cancels the run, waits for its end and exits 130',
  ],
  [
    'serve',
    'serve runs the server with the options given.',
    'tests/cli/process.system.test.ts: serve passes options and exit code on: an unknown role is refused by the server itself',
    'tests/cli/process.system.test.ts: serve runs the server, the other commands find it by its data folder, and SIGTERM stops both in order',
  ],
  [
    'ask',
    'ask streams the answer as it comes and hands every option to the server.',
    'tests/cli/ask.system.test.ts: is streamed to standard output as it comes; queue, progress and unknown messages leave no trace in a pipe',
    'tests/cli/ask.system.test.ts: every option of the command reaches the server',
  ],
  [
    'ask-image',
    'ask --image writes the picture only when it is whole and its SHA-256 is right.',
    'tests/cli/ask.system.test.ts: is put together from its chunks, verified and written, and text comes too',
    'tests/cli/ask.system.test.ts: with another SHA-256 than announced is not written',
  ],
  ['ask-json', 'ask --json prints one object.', 'tests/cli/ask.system.test.ts: --json prints exactly one object'],
  [
    'pair',
    'pair prints a link, its code and when it ends.',
    'tests/cli/commands.test.ts: pair prints link, code and expiry',
    'tests/cli/process.system.test.ts: serve runs the server, the other commands find it by its data folder, and SIGTERM stops both in order',
  ],
  [
    'model-fetch',
    'model fetch brings the small model when it is not there.',
    'tests/scripts/plan.test.ts: npm runs %s: %s',
    'tests/scripts/fetch-model/fetch-model.test.ts: puts the file under its name with its hash beside it, and leaves nothing else',
  ],
  [
    'config-check',
    'config check names every problem with file and line, or the places that hold.',
    'tests/cli/commands.test.ts: prints every problem with file and line, and exits 5',
    'tests/cli/commands.test.ts: prints ok and the resolved places, and what is disabled',
    'tests/cli/process.system.test.ts: config check of a real process exits 5 with every problem',
  ],
])

export const seamAndCliRequirements = [...seams, ...cli]
