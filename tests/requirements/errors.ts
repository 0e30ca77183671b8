import { type Later, laterOf, requirementsOf } from './requirement.ts'

const vendorFault = 'tests/adapters/openai/faults.test.ts: $fault is $code with the partial kept, the request closed'
const vendorStatus = 'tests/adapters/openai/faults.test.ts: %s is %s, asked once, without the text of the vendor'
const named = 'tests/contracts/router.contract.ts: unknown runs, profiles and conversations are named as such'

const ofCallers = requirementsOf('error', 'errors reference', [
  [
    'caller_invalid_request',
    'The request does not fit its schema.',
    'tests/gateway/session.test.ts: names the path of an unknown type or field, echoes event_id and stream_id, and stays',
    'tests/mcp/api/problems.test.ts: malformed JSON is a problem document of status 400',
  ],
  ['caller_model_unknown', 'No profile of that name is visible to the caller.', named],
  [
    'caller_unsupported_feature',
    'The protocol knows the feature; this server or target does not serve it.',
    'tests/gateway/session.test.ts: answers %s with caller_unsupported_feature and stays',
    'tests/router/admission.test.ts: modalities that it does not produce, tools that it does not take and no input at all are refused',
  ],
  [
    'caller_too_large',
    'A frame, body or value is over its limit.',
    'tests/gateway/session.test.ts: takes a text frame of 64 KiB and closes with 1009 beyond what a frame may have',
    'tests/mcp/api/problems.test.ts: a body over the limit is 413',
  ],
  [
    'caller_conflict',
    'The object is owned elsewhere, exists already, or changed meanwhile.',
    'tests/mcp/api/settings-objects.test.ts: a declared profile is read-only: 409 with its origin, naming config.yaml',
    'tests/mcp/api/settings-objects.test.ts: POST of a name that exists is 409',
  ],
  ['caller_not_found', 'No such object, or not visible to the caller.', named],
  [
    'caller_cancelled',
    'The caller cancelled; between the seams only, a run ends with response.cancelled.',
    'tests/contracts/adapter-set.contract.ts: an abort makes the iterator throw caller_cancelled and reaches the adapter at once',
    'tests/contracts/model-adapter.contract.ts: an abort before the start is caller_cancelled without an event',
  ],
])

const ofPolicies = requirementsOf('error', 'errors reference', [
  [
    'policy_unauthenticated',
    'No valid token was given.',
    'tests/gateway/handshake.test.ts: is refused with a problem document when %s',
    'tests/gateway/session.test.ts: refuses a wrong token and one of another principal, and the session goes on',
  ],
  [
    'policy_access_denied',
    'The token is valid but lacks the right.',
    'tests/router/admission.test.ts: one that the role or user has no right to is policy_access_denied',
    'tests/gateway/handshake.test.ts: is refused with a problem document when %s',
  ],
  [
    'policy_tool_blocked',
    'The profile takes no tools from clients.',
    'tests/router/admission.test.ts: modalities that it does not produce, tools that it does not take and no input at all are refused',
  ],
  [
    'policy_rate_limited',
    'A limit of the profile, token or session is reached.',
    'tests/router/admission.test.ts: max_parallel of a profile counts runs until they end',
    'tests/gateway/runs.test.ts: uses at most 16 lanes at the same time; one that ended is free again',
    'tests/mcp/api/problems.test.ts: too many wrong pairing codes are 429 with Retry-After',
  ],
])

const ofProviders = requirementsOf('error', 'errors reference', [
  ['provider_auth_failed', 'The vendor refused the key of the connection.', vendorStatus],
  ['provider_billing', 'The vendor account has no credit.', vendorStatus],
  [
    'provider_rate_limited',
    'The vendor limits this key and may say how long.',
    vendorStatus,
    'tests/contracts/router.contract.ts: a failure keeps its code, retryability and details',
  ],
  [
    'provider_overloaded',
    'The vendor or the engine takes no more.',
    vendorStatus,
    'tests/adapters/local/engine-process.system.test.ts: a job more than sequences and queue hold is refused as overloaded',
  ],
  ['provider_server_error', 'The vendor answered with a server error.', vendorStatus],
  [
    'provider_connection_failed',
    'The connection to the vendor, the engine or the adapters failed or was reset.',
    vendorFault,
    'tests/adapters/local/engine-process.system.test.ts: killed mid-answer: every answer fails at once, what came is kept, the next one works',
    'tests/contracts/router.system.test.ts: killed adapters fail the run with provider_connection_failed and its partial; restarted ones answer',
  ],
  [
    'provider_timeout_headers',
    'No response headers within headers_ms.',
    vendorFault,
    'tests/adapters/timers/attempt-timers.test.ts: each silent phase aborts with its own code',
  ],
  [
    'provider_timeout_first_token',
    'No first token within first_token_ms.',
    vendorFault,
    'tests/adapters/timers/attempt-timers.test.ts: each silent phase aborts with its own code',
  ],
  [
    'provider_timeout_idle',
    'No byte of the body within idle_ms.',
    vendorFault,
    'tests/adapters/timers/attempt-timers.test.ts: each silent phase aborts with its own code',
  ],
  [
    'provider_timeout_total',
    'The run took longer than total_ms.',
    'tests/router/runs.test.ts: total_ms ends the run with provider_timeout_total and the partial kept',
    'tests/contracts/model-adapter.contract.ts: the total ends an answer that takes too long',
  ],
  [
    'provider_stream_truncated',
    'The stream ended without its terminator.',
    vendorFault,
    'tests/contracts/router.contract.ts: an answer that ends without its terminator is provider_stream_truncated',
  ],
  [
    'provider_stream_error',
    'The stream held an error event or unparsable data.',
    vendorFault,
    'tests/adapters/openai/wire.test.ts: an error event, an error chunk and JSON that is no chunk are provider_stream_error',
  ],
  ['provider_content_filtered', 'The vendor refused the content.', vendorStatus],
])

const ofHearth = requirementsOf('error', 'errors reference', [
  [
    'store_unavailable',
    'The database or mcp cannot be reached.',
    'tests/mcp/api/problems.test.ts: a store that is down is 503 with Retry-After, and nobody gets in',
    'tests/common/rest/mcp-client.test.ts: an mcp that cannot be reached is store_unavailable, to be tried again',
  ],
  [
    'store_full',
    'The disk is full.',
    'tests/mcp/store/group-commit.test.ts: fails writes with store_full, keeps reads and everything acknowledged, and writes again once there is space',
    'tests/router/run-keeping.test.ts: a picture that the store does not take fails the run',
  ],
  [
    'gateway_overloaded',
    'The server sheds load, or its router is away.',
    'tests/gateway/handshake.test.ts: bounds all connections with 503 and those of one credential with 429 or 4429',
    'tests/router/admission.test.ts: all runs together are bounded: gateway_overloaded',
    'tests/contracts/router.system.test.ts: a killed router is gateway_overloaded to its readers and starters; a restarted one answers',
  ],
  [
    'gateway_draining',
    'The server is stopping.',
    'tests/gateway/ending.test.ts: tells each client its own time, refuses new runs and sockets, and closes with 1001',
    'tests/router/run-keeping.test.ts: refuses new runs, lets those that go on finish, and then is done',
  ],
  [
    'gateway_replay_gap',
    'The wanted part of the stream is no longer kept.',
    'tests/gateway/idempotency.test.ts: is answered by the same response_id and where to read the answer (%s)',
  ],
  [
    'gateway_slow_consumer',
    'The client reads too slowly; the run goes on.',
    'tests/gateway/close-codes.test.ts: with 4408 and gateway_slow_consumer in the reason when its client takes nothing',
  ],
  [
    'gateway_no_adapter',
    'No target of the profile can be served; the message names each reason.',
    'tests/router/runs.test.ts: the first that can be asked is asked; with none, the message names the reason of each',
    'tests/contracts/model-adapter.contract.ts: an unknown connection is gateway_no_adapter',
  ],
  [
    'gateway_config_unavailable',
    'No settings have been read from mcp yet.',
    'tests/gateway/handshake.test.ts: answers 503 before any settings were read',
    'tests/router/admission.test.ts: before any settings are read it is gateway_config_unavailable',
  ],
  [
    'gateway_internal',
    'A defect of Hearth, told without its text.',
    'tests/gateway/runs.test.ts: says a defect without its text, and logs it',
    'tests/contracts/router.contract.ts: a defect says nothing of its cause',
  ],
])

const triedOut = 'tests/mcp/api/tools.test.ts'

const ofTools = requirementsOf('error', 'errors reference', [
  [
    'tool_unavailable',
    'The server of the tool cannot be reached.',
    `${triedOut}: %s is an error without texts of the server`,
    'tests/mcp/api/servers.test.ts: are restarted and looked at anew; what is off is not',
  ],
  [
    'tool_failed',
    'The server of the tool refuses the call.',
    `${triedOut}: %s is an error without texts of the server`,
  ],
  ['tool_timeout', 'The tool does not answer in time.', `${triedOut}: %s is an error without texts of the server`],
  ['tool_quarantined', 'The tool waits for review.', `${triedOut}: are approved as they were looked at, by an admin`],
  [
    'tool_disabled',
    'The tool or its server is switched off.',
    `${triedOut}: are switched and pinned; lists and calls go by it at the answer, and the audit says who`,
    'tests/mcp/api/servers.test.ts: are restarted and looked at anew; what is off is not',
  ],
])

export const errorRequirements = [...ofCallers, ...ofPolicies, ...ofProviders, ...ofTools, ...ofHearth]

export const laterErrors: readonly Later[] = laterOf('error', {
  'fallback and budgets': ['policy_model_blocked', 'policy_budget_exceeded'],
  'devices and approvals': ['policy_approval_required'],
  devices: [
    'device_unknown',
    'device_unreachable',
    'device_unroutable',
    'device_timeout',
    'device_rejected',
    'device_unconfirmed',
    'device_expired',
    'device_superseded',
  ],
  'a store that moves to Postgres': ['store_frozen'],
})
