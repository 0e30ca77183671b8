import type { Config } from './config-schema.ts'
import type { Variables } from './variables.ts'

/** Where the configuration comes from. Nothing is read from the process itself. */
export interface ConfigSource {
  /** A file that must exist; wins over HEARTH_CONFIG. Default: config.yaml under `cwd`, which may be missing. */
  readonly file?: string | undefined
  /** The process environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Default: `.env` under `cwd`, then `.env` beside the config file (the later wins). May be missing. */
  readonly dotenvFile?: string | undefined
  readonly cwd: string
}

/** A connection or an MCP server that cannot be used because a `${NAME}` in it is not set. */
export interface MissingName {
  /** Its path, such as `adapters.openai.connections.default` or `mcp.servers.context7`. */
  readonly connection: string
  /** The name that is not set. */
  readonly name: string
}

export interface ConfigPaths {
  readonly configFile: string
  readonly dataDir: string
  readonly storePath: string
  /** Folder of models of a `local` connection; an unknown name has the default one. */
  modelsDir(connection: string): string
}

/** One valid configuration, frozen. All paths in `config` and `paths` are absolute. */
export interface LoadedConfig {
  readonly config: Config
  readonly paths: ConfigPaths
  /** Names the declared part (profiles, users, servers, devices): a hash of its content, whatever the order of names. */
  readonly declaredVersion: string
  /**
   * Connections that lack a name: their fields are empty, or the connection is left out where it cannot be without. And
   * servers that are ON: they are refused at use.
   */
  readonly missing: readonly MissingName[]
  /** What a person should know although it is no error. */
  readonly notes: readonly string[]
  /** Secrets that are no settings, from the environment or .env. Never log them. `token` is what HEARTH_TOKEN gives clients. */
  readonly secrets: { readonly adminToken?: string; readonly clusterToken?: string; readonly token?: string }
  /** The environment over .env: what `${NAME}` in MCP servers is filled with at use. Never log it. */
  readonly variables: Variables
  /** HEARTH_URL: where clients of this machine find the house, when it is not this configuration's. */
  readonly clientUrl?: string
  /** False when there is no file at the default place. */
  readonly hasFile: boolean
  /** Of servers that `mcp.include` brings: the absolute path of that file, by their names. */
  readonly serverFiles: Readonly<Record<string, string>>
  /** Every file that was looked for, the config file first; for `watchConfig`. */
  readonly files: readonly string[]
  /** Reads the same files and environment again. @throws ConfigError */
  reload(): LoadedConfig
}
