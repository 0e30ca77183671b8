import { z } from 'zod'
import { deviceSpec } from '../contracts/device.ts'
import { mcpServerName, mcpServerSpec } from '../contracts/mcp-server.ts'
import { modelProfileSpec } from '../contracts/model-profile.ts'
import { resourceName } from '../contracts/resource.ts'
import { userSpec } from '../contracts/user.ts'
import { shippedProfiles } from './shipped-profiles.ts'

const host = z.string().min(1).max(255)
const port = z.int().min(0).max(65_535)
const hostPort = z.string().regex(/^[^\s/]+:\d{1,5}$/, 'must be HOST:PORT')
/** Filled from the environment; unset after filling in means that the connection is disabled. */
const secret = z.string().max(4096).optional()

const gateway = z.strictObject({
  host: host.default('127.0.0.1').describe('Address to listen on; 0.0.0.0 opens it to the LAN and needs allowed_hosts'),
  port: port.default(8080).describe('Public HTTP and WebSocket port; 0 picks a free one and prints it'),
  allowed_hosts: z.array(host).default(['localhost', '127.0.0.1']).describe('Host headers answered, without port'),
  allowed_origins: z
    .array(z.url())
    .default([])
    .describe('Web origins allowed beside our own, such as https://panel.lan'),
  trusted_proxies: z.array(z.string()).default([]).describe('Addresses whose X-Forwarded-* are believed'),
  tls: z
    .strictObject({
      cert_file: z.string().min(1).describe('PEM file of the certificate and its chain'),
      key_file: z.string().min(1).describe('PEM file of the private key'),
    })
    .nullable()
    .default(null)
    .describe('PEM files; null: plain HTTP'),
  merge: z
    .enum(['auto', 'never'])
    .default('auto')
    .describe('auto: adjacent deltas are joined while the socket or this process lags; never: one by one'),
  limits: z
    .strictObject({
      connections: z.int().min(1).default(10_000).describe('WebSockets at the same time'),
      unauthenticated_per_address: z.int().min(1).default(64).describe('Sockets of one address before session.hello'),
      connections_per_credential: z.int().min(1).default(1000).describe('WebSockets of one token'),
      lanes_per_session: z.int().min(1).max(1024).default(16).describe('stream_ids in use on one WebSocket'),
      queued_per_lane: z.int().min(1).max(1024).default(16).describe('Runs waiting in one lane'),
      body_bytes: z.int().min(1024).default(1_048_576).describe('Largest HTTP body'),
      inference_body_bytes: z
        .int()
        .min(1024)
        .default(33_554_432)
        .describe('Largest body of the OpenAI-compatible routes, pictures included'),
    })
    .prefault({})
    .describe('Upper bounds; what goes over them is refused'),
})

const operations = z.strictObject({
  host: host.default('127.0.0.1').describe('Address of /healthz, /readyz and /metrics'),
  port: port.default(9464).describe('Operations port; 0 picks a free one and prints it'),
  open_metrics: z.boolean().default(false).describe('Serve /metrics without a token beyond loopback'),
})

const mcp = z.strictObject({
  host: host.default('127.0.0.1').describe('Used when the role runs without the gateway'),
  port: port.default(8081).describe('Port of REST and MCP when the role runs without the gateway'),
  include: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('JSON file { "mcpServers": { … } } as other MCP clients have it; its servers join those below'),
  resolver: z
    .strictObject({
      profile: resourceName.nullable().default(null).describe('Whose model decides; null: the default profile'),
      mode: z
        .enum(['auto', 'ask', 'off'])
        .default('auto')
        .describe('auto: may only rename by itself; ask: proposes; off: never'),
    })
    .prefault({})
    .describe('Settles conflicts between servers'),
  allow_api_commands: z.boolean().default(false).describe('May admins add servers with a command through the API?'),
  on_disable: z
    .enum(['finish', 'cancel'])
    .default('finish')
    .describe('Calls under way when their server or tool is switched off'),
  servers: z
    .record(mcpServerName, mcpServerSpec)
    .default({})
    .describe('MCP servers whose tools the house offers, by name'),
})

const grpc = z.strictObject({
  host: host.default('127.0.0.1').describe('Address of the gRPC listeners'),
  router_port: port.default(50_051).describe('Port of the router role for other processes'),
  adapters_port: port.default(50_052).describe('Port of the adapters role for other processes'),
})

const store = z.strictObject({
  url: z
    .string()
    .regex(/^sqlite:.+/, 'must be sqlite:PATH')
    .nullable()
    .default(null)
    .describe('sqlite:PATH of the database; null: hearth.db under data_dir'),
})

const bus = z.strictObject({
  url: z.literal('memory:').default('memory:').describe('memory: within one process; other processes poll every 15 s'),
})

const endpoints = z.strictObject({
  router: hostPort.nullable().default(null).describe('HOST:PORT of the router role when it runs elsewhere'),
  adapters: hostPort.nullable().default(null).describe('HOST:PORT of the adapters role when it runs elsewhere'),
  mcp: z.url().nullable().default(null).describe('URL of the mcp role when it runs elsewhere'),
})

const log = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('Least serious line that is written'),
  pretty: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe('auto: readable lines on a terminal, JSON lines elsewhere'),
})

const openaiConnection = z.strictObject({
  base_url: z.url().describe('Up to and with /v1'),
  api_key: secret.describe('Usually ${NAME}: filled from the environment or .env'),
  api: z
    .enum(['chat', 'responses'])
    .default('chat')
    .describe('chat: Chat Completions, which every such server has; responses: the Responses API'),
})

const anthropicConnection = z.strictObject({
  base_url: z.url().describe('Without /v1'),
  api_key: secret.describe('Usually ${NAME}: filled from the environment or .env'),
  api_version: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date, such as 2026-10-21')
    .default('2026-10-21')
    .describe('anthropic-version; 2023-06-01 for older servers'),
})

const localConnection = z.strictObject({
  base_url: z
    .url()
    .nullable()
    .default(null)
    .describe('A local server, up to and with /v1; null: the embedded engine, which the next four keys are about'),
  models_dir: z.string().min(1).nullable().default(null).describe('Folder of GGUF files; null: models under data_dir'),
  context_tokens: z.int().min(512).max(1_048_576).default(4096).describe('Context window of each sequence'),
  sequences: z.int().min(1).max(64).default(4).describe('Answers generated at the same time'),
  threads: z
    .union([z.literal('auto'), z.int().min(1).max(256)])
    .default('auto')
    .describe('CPU threads'),
  flavor: z
    .enum(['openai', 'ollama', 'llamacpp', 'vllm', 'lmstudio'])
    .default('openai')
    .describe('What listens at base_url, for its peculiarities'),
  api_key: secret.describe('Of the server at base_url, if it wants one'),
  num_ctx: z
    .int()
    .min(256)
    .max(1_048_576)
    .nullable()
    .default(null)
    .describe('ollama: context window, tokens; its native API is used then. null: its own default'),
})

const demoConnection = z.strictObject({
  tokens_per_second: z.number().positive().max(1_000_000).default(50).describe('Pace of the text'),
  max_output_tokens: z.int().min(1).max(1_000_000).default(200).describe('Longest answer, one-word tokens'),
})

const connectionName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be lower-case letters, digits, - and _, at most 64')

const secrets = z.strictObject({
  allow: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a name of an environment variable'))
    .max(1000)
    .default([])
    .describe('Names that servers made through the API or the cluster may use as ${NAME}'),
})

const adapters = z.strictObject({
  openai: z
    .strictObject({
      connections: z
        .record(connectionName, openaiConnection)
        .default({ default: { base_url: 'https://api.openai.com/v1', api_key: '${OPENAI_API_KEY}', api: 'chat' } })
        .describe('Servers and keys, by name; each is one connection for targets'),
    })
    .prefault({})
    .describe('OpenAI and whatever speaks its API'),
  anthropic: z
    .strictObject({
      connections: z
        .record(connectionName, anthropicConnection)
        .default({
          default: {
            base_url: 'https://api.anthropic.com',
            api_key: '${ANTHROPIC_API_KEY}',
            api_version: '2026-10-21',
          },
        })
        .describe('Servers and keys, by name'),
    })
    .prefault({})
    .describe('Anthropic and whatever speaks its Messages API'),
  local: z
    .strictObject({
      connections: z
        .record(connectionName, localConnection)
        .prefault({ embedded: {} })
        .describe('The embedded engine and servers such as Ollama, by name'),
    })
    .prefault({})
    .describe('Models on this machine or in this house'),
  demo: z
    .strictObject({
      connections: z
        .record(connectionName, demoConnection)
        .default({ default: { tokens_per_second: 50, max_output_tokens: 200 } })
        .describe('Pretended models, by name'),
    })
    .prefault({})
    .describe('Deterministic text and pictures, for trying out'),
})

/** config.yaml. Every key has a default; unknown keys are errors. */
export const configSchema = z.strictObject({
  gateway: gateway.prefault({}).describe('The public listener'),
  operations: operations.prefault({}).describe('The operations listener'),
  mcp: mcp.prefault({}).describe('The single source of truth'),
  grpc: grpc.prefault({}).describe('Listeners between roles in different processes'),
  store: store.prefault({}).describe('Where mcp keeps everything'),
  bus: bus.prefault({}).describe('How changes are announced'),
  endpoints: endpoints.prefault({}).describe('Where the other roles are, when not in this process'),
  data_dir: z.string().min(1).default('data').describe('Folder of everything that must survive'),
  log: log.prefault({}).describe('Log of this process, on standard error'),
  adapters: adapters.prefault({}).describe('Connections to models'),
  secrets: secrets.prefault({}).describe('Who may use names of the environment and .env'),
  devices: z.record(resourceName, deviceSpec).default({}).describe('Devices of the home, by name'),
  users: z.record(resourceName, userSpec).default({}).describe('People of the house, by name'),
  profiles: z.record(resourceName, modelProfileSpec).prefault(shippedProfiles).describe('Model profiles, by name'),
})

export type Config = z.output<typeof configSchema>
export type OpenaiConnection = Config['adapters']['openai']['connections'][string]
export type AnthropicConnection = Config['adapters']['anthropic']['connections'][string]
export type LocalConnection = Config['adapters']['local']['connections'][string]
export type DemoConnection = Config['adapters']['demo']['connections'][string]
