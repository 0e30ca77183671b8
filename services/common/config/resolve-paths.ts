import { dirname, join, resolve } from 'node:path'
import type { Config } from './config-schema.ts'
import type { ConfigPaths } from './loaded-config.ts'

const SQLITE = 'sqlite:'

/** Makes every path absolute, from the folder of the config file; unset store.url and models_dir follow data_dir. */
export function resolvePaths(
  config: Config,
  configFile: string,
): { readonly config: Config; readonly paths: ConfigPaths } {
  const from = (path: string): string => resolve(dirname(configFile), path)
  const dataDir = from(config.data_dir)
  const storePath = config.store.url === null ? join(dataDir, 'hearth.db') : from(config.store.url.slice(SQLITE.length))
  const modelsDir = (given: string | null): string => (given === null ? join(dataDir, 'models') : from(given))
  const local = Object.fromEntries(
    Object.entries(config.adapters.local.connections).map(([name, connection]) => [
      name,
      { ...connection, models_dir: modelsDir(connection.models_dir) },
    ]),
  )
  const { tls } = config.gateway
  const resolved: Config = {
    ...config,
    data_dir: dataDir,
    store: { ...config.store, url: `${SQLITE}${storePath}` },
    gateway: {
      ...config.gateway,
      tls: tls === null ? null : { cert_file: from(tls.cert_file), key_file: from(tls.key_file) },
    },
    mcp: { ...config.mcp, servers: withFolders(config.mcp.servers, from) },
    adapters: { ...config.adapters, local: { ...config.adapters.local, connections: local } },
  }
  const paths: ConfigPaths = {
    configFile,
    dataDir,
    storePath,
    modelsDir: (connection) => modelsDir(local[connection]?.models_dir ?? null),
  }
  return { config: resolved, paths }
}

/** A folder that begins with a reference is filled at use and must be absolute then. */
const withFolders = (servers: Servers, from: (path: string) => string): Servers =>
  Object.fromEntries(
    Object.entries(servers).map(([name, server]) => {
      const { cwd } = server
      const isPlain = typeof cwd === 'string' && !cwd.startsWith('${')
      return [name, isPlain ? { ...server, cwd: from(cwd) } : server]
    }),
  )

type Servers = Config['mcp']['servers']
