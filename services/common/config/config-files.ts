import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import type { ConfigSource } from './loaded-config.ts'
import { collectVariables, type DotenvText, type Variables } from './variables.ts'

/** A config file is written by hand; what is larger is something else. */
const MAX_FILE_BYTES = 4 * 1024 * 1024

/** The texts of one load. */
export interface ConfigFiles {
  readonly configFile: string
  /** The config file as messages name it. */
  readonly shown: string
  /** Undefined when there is no file at the default place. */
  readonly text: string | undefined
  readonly variables: Variables
  readonly all: readonly string[]
}

/** @throws ConfigError when a file cannot be read, or a named one is missing. */
export function readConfigFiles(source: ConfigSource): ConfigFiles {
  const first = source.dotenvFile ?? resolve(source.cwd, '.env')
  const early = collectVariables(readDotenv(first, source.cwd), source.env)
  const named = source.file ?? early.get('HEARTH_CONFIG')?.value
  const configFile = resolve(source.cwd, named ?? 'config.yaml')
  const shown = shownPath(configFile, source.cwd)
  const text = readText(configFile, shown)
  if (text === undefined && named !== undefined) {
    const by = source.file === undefined ? 'HEARTH_CONFIG names it; ' : ''
    throw new ConfigError([
      { place: shown, path: '', message: `no such file; ${by}make it or name another`, file: configFile },
    ])
  }
  const beside = resolve(dirname(configFile), '.env')
  const dotenvs = [...new Set(source.dotenvFile === undefined ? [first, beside] : [first])]
  const variables = collectVariables(
    dotenvs.flatMap((file) => readDotenv(file, source.cwd)),
    source.env,
  )
  return { configFile, shown, text, variables, all: [configFile, ...dotenvs] }
}

/** The file that `mcp.include` names. */
export interface IncludeText {
  /** Absolute. */
  readonly file: string
  readonly shown: string
  /** Undefined when there is no such file. */
  readonly text: string | undefined
}

/** @throws ConfigError when the file is there and cannot be read. */
export function readInclude(named: string, configFile: string, cwd: string): IncludeText {
  const file = resolve(dirname(configFile), named)
  const shown = shownPath(file, cwd)
  const text = readText(file, shown)
  return { file, shown, text: text?.replace(/^\uFEFF/, '') }
}

function readDotenv(file: string, cwd: string): readonly DotenvText[] {
  const shown = shownPath(file, cwd)
  const text = readText(file, shown)
  return text === undefined ? [] : [{ file: shown, text }]
}

/** Undefined when there is no such file; anything else that stands in the way is a problem. */
function readText(file: string, shown: string): string | undefined {
  try {
    const size = statSync(file).size
    if (size > MAX_FILE_BYTES)
      throw new ConfigError([{ place: shown, path: '', message: 'is larger than 4 MiB', file }])
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof ConfigError) throw error
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw new ConfigError([{ place: shown, path: '', message: `cannot be read (${errorCode(error)})`, file }])
  }
}

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'

function shownPath(file: string, cwd: string): string {
  const short = relative(cwd, file)
  return short.startsWith('..') || isAbsolute(short) ? file : short
}
