import { z } from 'zod'
import type { Blob, OpenedRun, OpenRun, RunAnswer } from '../contracts/history.ts'
import { modelProfileSpec } from '../contracts/model-profile.ts'
import { type Principal, roles, scopes } from '../contracts/principal.ts'
import { origins, resourceName } from '../contracts/resource.ts'
import type { Snapshot } from '../contracts/settings.ts'
import { userSpec } from '../contracts/user.ts'
import { type ErrorCode, errorTable, isErrorCode } from '../errors/error-table.ts'

/**
 * The seams of mcp over HTTP, between roles of one house: the contracts' own shapes as JSON, bytes as they are.
 * Not a public surface; both ends are of the same release.
 */
export const internalPrefix = '/internal/v1'

/** Paths below `internalPrefix`. */
export const internalPaths = {
  authenticate: '/identity/authenticate',
  snapshot: '/settings/snapshot',
  open: '/history/open',
  close: '/history/close',
  blobs: '/history/blobs',
} as const

/** Marks every answer of the seam, errors too: an answer without it came from something else at that address. */
export const seamHeader = 'hearth-seam'
/** Media type of a blob, URI-encoded, beside its bytes. */
export const mediaTypeHeader = 'hearth-media-type'
/** Realm of a 401 that refuses the role, not the user. */
export const clusterRealm = 'hearth-cluster'

export const wireLimits = {
  /** A long conversation, or an answer with its parts. */
  jsonBytes: 32 * 1_048_576,
  blobBytes: 64 * 1_048_576,
} as const

const epochMilliseconds = z.int().min(0).describe('Epoch milliseconds')

/** What every stored object has beside its spec. */
export const objectMetaShape = {
  name: resourceName,
  origin: z.enum(origins).describe('Who owns it: config.yaml, the cluster, or this API'),
  revision: z.int().min(0),
  created_at: epochMilliseconds,
  updated_at: epochMilliseconds,
} as const

export const tokenRequest = z.strictObject({ token: z.string() })

export const principalWire = z.strictObject({
  id: z.string(),
  user: z.string().exactOptional(),
  role: z.enum(roles),
  scopes: z.array(z.enum(scopes)),
  credentialId: z.string(),
  expiresAt: z.number().exactOptional(),
}) satisfies z.ZodType<Principal>

export const snapshotWire = z.strictObject({
  epoch: z.string(),
  revision: z.int().min(0),
  profiles: z.array(modelProfileSpec.extend(objectMetaShape)),
  users: z.array(userSpec.extend(objectMetaShape)),
  credentials: z.array(
    z.strictObject({
      id: z.string(),
      user: z.string().exactOptional(),
      role: z.enum(roles),
      scopes: z.array(z.enum(scopes)),
      expiresAt: z.number().exactOptional(),
    }),
  ),
}) satisfies z.ZodType<Snapshot>

const part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['text', 'reasoning', 'refusal']), text: z.string() }),
  z.strictObject({ type: z.literal('image'), blobId: z.string(), mediaType: z.string() }),
  z.strictObject({ type: z.literal('tool_call'), callId: z.string(), name: z.string(), arguments: z.string() }),
  z.strictObject({ type: z.literal('tool_output'), callId: z.string(), output: z.string() }),
])

const message = {
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  parts: z.array(part),
} as const

const runStatus = z.enum(['completed', 'incomplete', 'failed', 'cancelled'])
const errorCode = z.enum<readonly ErrorCode[]>(Object.keys(errorTable).filter(isErrorCode))

export const openRunWire = z.strictObject({
  runId: z.string().min(1),
  owner: z.string().min(1),
  conversation: z.string().exactOptional(),
  previousResponseId: z.string().nullable().exactOptional(),
  title: z.string(),
  newConversation: z.string().min(1).exactOptional(),
  input: z.array(z.strictObject(message)),
}) satisfies z.ZodType<OpenRun>

export const openedRunWire = z.strictObject({
  conversation: z.string(),
  past: z.array(
    z.strictObject({
      ...message,
      id: z.string(),
      parentId: z.string().nullable(),
      status: runStatus,
      runId: z.string().nullable(),
      createdAt: z.number(),
    }),
  ),
  parentId: z.string().nullable(),
}) satisfies z.ZodType<OpenedRun>

export const runAnswerWire = z.strictObject({
  runId: z.string().min(1),
  conversation: z.string(),
  parentId: z.string().nullable(),
  status: runStatus,
  parts: z.array(part),
  profile: z.string(),
  usage: z
    .strictObject({
      input_tokens: z.number(),
      output_tokens: z.number(),
      total_tokens: z.number(),
      cached_tokens: z.number().exactOptional(),
      reasoning_tokens: z.number().exactOptional(),
    })
    .nullable(),
  attempts: z.array(
    z.strictObject({
      attempt: z.number(),
      provider: z.string(),
      connection: z.string(),
      model: z.string(),
      outcome: z.enum(['completed', 'failed', 'cancelled']),
      error_code: errorCode.exactOptional(),
      vendor_status: z.number().exactOptional(),
      dropped_parameters: z.array(z.string()).exactOptional(),
      duration_ms: z.number(),
      first_token_ms: z.number().exactOptional(),
    }),
  ),
  error: z.strictObject({ code: errorCode, message: z.string() }).exactOptional(),
}) satisfies z.ZodType<RunAnswer>

export const newBlobQuery = z.strictObject({
  owner: z.string().min(1).max(256),
  media_type: z.string().min(1).max(128),
})
export const blobQuery = z.strictObject({ owner: z.string().min(1).max(256) })
export const blobParams = z.strictObject({ id: z.string().min(1).max(128) })
export const storedBlobWire = z.strictObject({ id: z.string() }) satisfies z.ZodType<Pick<Blob, 'id'>>

/** The members of a problem document by which a HearthError is made again at the other end. */
export const problemWire = z.object({
  code: errorCode,
  detail: z.string(),
  retryable: z.boolean(),
  details: z
    .object({
      param: z.string().exactOptional(),
      retryAfterMs: z.number().exactOptional(),
      origin: z.string().exactOptional(),
      file: z.string().exactOptional(),
      line: z.number().exactOptional(),
      vendorStatus: z.number().exactOptional(),
      openaiCode: z.literal('context_length_exceeded').exactOptional(),
    })
    .default({}),
})
