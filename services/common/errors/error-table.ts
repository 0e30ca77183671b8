/**
 * The closed catalogue of failures. The prefix of a code names the domain at fault.
 * Columns: HTTP status, gRPC status name, WebSocket close code (used only when the failure ends the socket),
 * OpenAI error `type` (and `code` where OpenAI clients look for one), whether the same request may succeed later.
 * Source: docs/reference/errors.md is generated from this table.
 */
interface ErrorRow {
  readonly http: number
  readonly grpc: GrpcStatusName
  readonly close: number
  readonly openaiType: string
  readonly openaiCode?: string
  readonly retryable: boolean
  readonly meaning: string
}

export type GrpcStatusName =
  | 'CANCELLED'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED'

const invalid = {
  grpc: 'INVALID_ARGUMENT',
  close: 4400,
  openaiType: 'invalid_request_error',
  retryable: false,
} as const
const denied = {
  http: 403,
  grpc: 'PERMISSION_DENIED',
  close: 4403,
  openaiType: 'permission_error',
  retryable: false,
} as const
const limited = {
  http: 429,
  grpc: 'RESOURCE_EXHAUSTED',
  close: 1013,
  openaiType: 'rate_limit_error',
  retryable: true,
} as const
const vendor = { http: 502, grpc: 'UNAVAILABLE', close: 4500, openaiType: 'api_error' } as const
const late = {
  http: 504,
  grpc: 'DEADLINE_EXCEEDED',
  close: 4500,
  openaiType: 'timeout_error',
  retryable: true,
} as const
const tool = { http: 502, grpc: 'FAILED_PRECONDITION', close: 4500, openaiType: 'api_error', retryable: false } as const
const device = {
  http: 502,
  grpc: 'FAILED_PRECONDITION',
  close: 4500,
  openaiType: 'api_error',
  retryable: false,
} as const
const busy = { http: 503, grpc: 'UNAVAILABLE', close: 1013, openaiType: 'overloaded_error', retryable: true } as const

export const errorTable = {
  caller_invalid_request: { ...invalid, http: 400, meaning: 'The request does not fit its schema' },
  caller_model_unknown: {
    ...invalid,
    http: 404,
    grpc: 'NOT_FOUND',
    openaiCode: 'model_not_found',
    meaning: 'No profile of that name is visible to the caller',
  },
  caller_unsupported_feature: {
    ...invalid,
    http: 400,
    grpc: 'UNIMPLEMENTED',
    openaiCode: 'unsupported_feature',
    meaning: 'The protocol knows this feature; this server or target does not serve it',
  },
  caller_too_large: {
    ...invalid,
    http: 413,
    grpc: 'RESOURCE_EXHAUSTED',
    close: 1009,
    meaning: 'A frame, body or value is over its limit',
  },
  caller_conflict: {
    ...invalid,
    http: 409,
    grpc: 'ABORTED',
    meaning: 'The object is owned elsewhere, exists already, or changed meanwhile',
  },
  caller_not_found: {
    ...invalid,
    http: 404,
    grpc: 'NOT_FOUND',
    meaning: 'No such object, or not visible to the caller',
  },
  caller_cancelled: { ...invalid, http: 499, grpc: 'CANCELLED', meaning: 'The caller cancelled the run' },
  policy_unauthenticated: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    close: 4401,
    openaiType: 'authentication_error',
    openaiCode: 'invalid_api_key',
    retryable: false,
    meaning: 'No valid token was given',
  },
  policy_access_denied: { ...denied, meaning: 'The token is valid but lacks the right' },
  policy_model_blocked: { ...denied, meaning: 'A policy forbids this model for this caller' },
  policy_tool_blocked: { ...denied, meaning: 'A policy forbids this tool for this caller' },
  policy_approval_required: { ...denied, meaning: 'A person must approve this first' },
  policy_rate_limited: { ...limited, meaning: 'A limit of the profile, token or session is reached' },
  policy_budget_exceeded: { ...limited, retryable: false, meaning: 'The budget of the profile or user is used up' },
  provider_auth_failed: { ...vendor, retryable: false, meaning: 'The vendor refused the key of the connection' },
  provider_billing: { ...vendor, retryable: false, meaning: 'The vendor account has no credit' },
  provider_rate_limited: { ...limited, meaning: 'The vendor limits this key; details.retryAfterMs says how long' },
  provider_overloaded: { ...busy, meaning: 'The vendor is overloaded' },
  provider_server_error: { ...vendor, retryable: true, meaning: 'The vendor answered with a server error' },
  provider_connection_failed: {
    ...vendor,
    retryable: true,
    meaning: 'The connection to the vendor or engine failed or was reset',
  },
  provider_timeout_headers: { ...late, meaning: 'No response headers within headers_ms' },
  provider_timeout_first_token: { ...late, meaning: 'No first token within first_token_ms' },
  provider_timeout_idle: { ...late, meaning: 'No byte of the body within idle_ms' },
  provider_timeout_total: { ...late, meaning: 'The run took longer than total_ms' },
  provider_stream_truncated: {
    ...vendor,
    grpc: 'DATA_LOSS',
    retryable: true,
    meaning: 'The stream ended without its terminator',
  },
  provider_stream_error: { ...vendor, retryable: true, meaning: 'The stream held an error event or unparsable data' },
  provider_content_filtered: {
    ...vendor,
    http: 400,
    grpc: 'FAILED_PRECONDITION',
    openaiType: 'invalid_request_error',
    openaiCode: 'content_filter',
    retryable: false,
    meaning: 'The vendor refused the content',
  },
  tool_unavailable: {
    ...tool,
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    meaning: 'The tool server cannot be reached',
  },
  tool_failed: { ...tool, meaning: 'The tool answered with an error' },
  tool_timeout: {
    ...tool,
    http: 504,
    grpc: 'DEADLINE_EXCEEDED',
    retryable: true,
    meaning: 'The tool did not answer in time',
  },
  tool_quarantined: { ...tool, http: 403, meaning: 'The tool changed and waits for review' },
  tool_disabled: { ...tool, http: 403, meaning: 'The tool or its server is switched off' },
  device_unknown: { ...device, http: 404, grpc: 'NOT_FOUND', meaning: 'No such device' },
  device_unreachable: {
    ...device,
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    meaning: 'The device does not answer',
  },
  device_unroutable: { ...device, http: 503, meaning: 'No adapter serves the device' },
  device_timeout: {
    ...device,
    http: 504,
    grpc: 'DEADLINE_EXCEEDED',
    retryable: true,
    meaning: 'The device did not confirm in time',
  },
  device_rejected: { ...device, http: 400, meaning: 'The device or its policy refused the command' },
  device_unconfirmed: { ...device, meaning: 'The command was sent; its effect was not seen' },
  device_expired: { ...device, http: 504, meaning: 'The command was too old to be sent' },
  device_superseded: { ...device, http: 409, meaning: 'A newer command replaced this one' },
  store_unavailable: { ...busy, meaning: 'The database cannot be reached' },
  store_full: { ...busy, http: 507, grpc: 'RESOURCE_EXHAUSTED', meaning: 'The disk is full' },
  store_frozen: { ...busy, meaning: 'The store takes no writes while it is moved' },
  gateway_overloaded: { ...busy, meaning: 'The server sheds load; details.retryAfterMs says when to come back' },
  gateway_draining: { ...busy, close: 1001, meaning: 'The server is stopping' },
  gateway_replay_gap: {
    ...invalid,
    http: 409,
    grpc: 'DATA_LOSS',
    meaning: 'The wanted part of the stream is no longer kept',
  },
  gateway_slow_consumer: { ...busy, close: 4408, meaning: 'The client reads too slowly; the run goes on' },
  gateway_no_adapter: {
    ...busy,
    grpc: 'UNIMPLEMENTED',
    meaning: 'No target of the profile can be served; the message names each reason',
  },
  gateway_config_unavailable: { ...busy, meaning: 'No settings have been read from mcp yet' },
  gateway_internal: {
    http: 500,
    grpc: 'INTERNAL',
    close: 4500,
    openaiType: 'api_error',
    retryable: false,
    meaning: 'A defect of Hearth',
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errorTable

export const errorRow = (code: ErrorCode): ErrorRow => errorTable[code]

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorTable, value)
