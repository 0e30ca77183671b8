import { z } from 'zod'
import { type ObjectMeta, resourceName } from './resource.ts'

/** Text in which `${NAME}` stands for a secret; filled where it is used, never where it is kept. */
const reference = z.string().max(8192)

/** An HTTP field name (RFC 9110 §5.1). */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'must be an HTTP header name')
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a name of an environment variable')

const tools = z.strictObject({
  allow: z
    .array(z.string().min(1).max(128))
    .max(1000)
    .default(['*'])
    .describe('Tools taken over, by their own names; * stands for any text'),
  deny: z.array(z.string().min(1).max(128)).max(1000).default([]).describe('Tools left out; stronger than allow'),
  rename: z
    .record(z.string().min(1).max(128), z.string().regex(/^[A-Za-z0-9_-]{1,48}$/, 'must be 1 to 48 of A-Z a-z 0-9 _ -'))
    .default({})
    .describe('Own name of a tool to the name that clients see'),
  approve: z
    .enum(['on_change', 'always', 'never'])
    .default('on_change')
    .describe('on_change: what changes after it was first seen waits; always: new ones wait too; never: nothing waits'),
})

const limits = z.strictObject({
  concurrency: z.int().min(1).max(1000).default(4).describe('Calls at the same time; more of them wait'),
  timeout_ms: z.int().min(100).max(3_600_000).default(60_000).describe('Longest call, waiting included, milliseconds'),
  start_timeout_ms: z.int().min(100).max(3_600_000).default(120_000).describe('Longest start or connect, milliseconds'),
  output_kb: z.int().min(1).max(65_536).default(256).describe('Largest answer of a call, KiB; larger ones are refused'),
})

const oauth = z.strictObject({
  grant: z
    .enum(['authorization_code', 'client_credentials'])
    .default('authorization_code')
    .describe('authorization_code: a person signs in once (PKCE); client_credentials: the house signs in itself'),
  client_id: reference
    .nullable()
    .default(null)
    .describe('Registered client; null: its metadata document, or registration'),
  client_secret: reference.nullable().default(null).describe('By reference, such as ${PRINTER_SECRET}'),
  scope: z.string().max(1024).nullable().default(null).describe("Scopes asked for; null: the server's own proposal"),
})

const base = {
  enabled: z.boolean().default(true).describe('OFF: listed nowhere, called by nobody, not running'),
  trust: z
    .enum(['low', 'normal', 'high'])
    .default('normal')
    .describe('low: every tool waits for approval; high: changes need none'),
  tools: tools.prefault({}).describe('Which of its tools, under which names'),
  limits: limits.prefault({}).describe('Upper bounds'),
  idle_stop_seconds: z.int().min(0).max(86_400).default(300).describe('Stopped when unused for so long; 0: never'),
}

/** An external MCP server: config.yaml `mcp.servers.<name>`, REST body, custom resource spec. One of command, url, image. */
export const mcpServerSpec = z
  .strictObject({
    ...base,
    command: z.string().min(1).max(4096).optional().describe('Program that speaks MCP on its standard streams'),
    args: z.array(z.string().max(8192)).max(256).optional().describe('Its arguments; no shell is involved'),
    env: z
      .record(variableName, reference)
      .optional()
      .describe('Its environment beside a minimal one; ${NAME} is a secret'),
    cwd: z.string().min(1).max(4096).nullable().optional().describe('Its working folder; null: the data folder'),
    sandbox: z
      .enum(['none', 'strict'])
      .optional()
      .describe('none: minimal environment, own process group; strict: namespaces and a read-only root too'),
    url: z
      .url({ protocol: /^https?$/ })
      .max(4096)
      .optional()
      .describe('Address of a server that speaks MCP over HTTP'),
    transport: z
      .enum(['http', 'sse'])
      .optional()
      .describe('http: streamable HTTP; sse: the old HTTP+SSE. Default: tried in this order'),
    headers: z.record(headerName, reference).optional().describe('Sent with every request; ${NAME} is a secret'),
    oauth: oauth.optional().describe('Signing in at the server by OAuth 2.1'),
    egress: z
      .array(z.string().min(1).max(255))
      .max(100)
      .optional()
      .describe('Hosts, addresses or CIDR blocks it may be reached at. Default: where its url points at'),
    image: z.string().min(1).max(1024).optional().describe('Container image; cluster only'),
  })
  .superRefine((spec, context) => {
    const ways = [spec.command, spec.url, spec.image].filter((way) => way !== undefined)
    if (ways.length !== 1) context.addIssue({ code: 'custom', message: 'needs exactly one of command, url and image' })
  })

export type McpServerSpec = z.output<typeof mcpServerSpec>
export type McpServer = McpServerSpec & ObjectMeta

/** Its names are DNS labels, as of all objects. */
export const mcpServerName = resourceName
