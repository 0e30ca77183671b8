import { type FSWatcher, realpathSync, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type HearthError, toHearthError } from '../errors/hearth-error.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigChanges, diffConfig } from './diff-config.ts'
import type { LoadedConfig } from './loaded-config.ts'

export interface ConfigWatch {
  /** A valid edit. Also called, with no changes, when a broken file is right again. */
  onChange(next: LoadedConfig, changes: ConfigChanges): void
  /** A broken edit; what was loaded before stays in use. A ConfigError names file and line. */
  onError(error: HearthError): void
  /** Ends the watch. */
  readonly signal: AbortSignal
}

/** Editors write in several steps; this long after the last one the file is read, milliseconds. */
const QUIET_MS = 100
/** Under steady events the file is read at the latest after this, milliseconds. */
const LONGEST_WAIT_MS = 1000
/** Some file systems (network, bind mounts) report nothing, so the files are also looked at this often, milliseconds. */
const POLL_MS = 5000

/**
 * Watches the config file and the .env files. Folders are watched rather than files: editors replace files by rename,
 * and Kubernetes swaps a symlink beside them.
 */
export function watchConfig(loaded: LoadedConfig, { onChange, onError, signal }: ConfigWatch): void {
  if (signal.aborted) return
  let state: WatchState = { current: loaded, texts: undefined, broken: undefined }
  const look = oneAtATime(async () => {
    const { files } = state.current
    const texts = await readAll(files)
    if (signal.aborted) return
    const { next, news } = step(state, texts)
    state = next
    if (next.current.files.join() !== files.join()) watchAnew()
    if (news !== undefined) tell(news, { onChange, onError })
  })
  const timer = quietTimer(look)
  let watchers: readonly FSWatcher[] = []
  const watchAnew = (): void => {
    for (const watcher of watchers) watcher.close()
    watchers = foldersOf(state.current.files).flatMap((folder) => watchFolder(folder, timer.nudge))
    // What was written before the new watchers stood.
    timer.nudge()
  }
  const poll = setInterval(look, POLL_MS).unref()
  const end = (): void => {
    timer.end()
    clearInterval(poll)
    for (const watcher of watchers) watcher.close()
  }
  signal.addEventListener('abort', end, { once: true })
  watchAnew()
}

/** What the files held; undefined where there is none. The config file comes first. */
type Texts = readonly (string | undefined)[]

interface WatchState {
  readonly current: LoadedConfig
  /** Undefined before the first look: an edit between load and watch is news too. */
  readonly texts: Texts | undefined
  /**
   * What was said of a broken edit. It is tried again at every look: what is wrong may lie in a file that is watched only
   * once it was read, as the one that `mcp.include` names.
   */
  readonly broken: string | undefined
}

type News =
  | { readonly kind: 'change'; readonly loaded: LoadedConfig; readonly changes: ConfigChanges }
  | { readonly kind: 'error'; readonly error: HearthError }

function step(state: WatchState, texts: Texts): { readonly next: WatchState; readonly news?: News } {
  const isSame = JSON.stringify(texts) === JSON.stringify(state.texts)
  if (isSame && state.broken === undefined) return { next: state }
  const outcome = tryLoad(state.current, texts)
  if (outcome.status === 'failed') {
    const { error } = outcome
    const next = { ...state, texts, broken: error.message }
    return isSame && error.message === state.broken ? { next } : { next, news: { kind: 'error', error } }
  }
  const changes = diffConfig(state.current.config, outcome.loaded.config)
  const isOther = changes.live.length > 0 || changes.needsRestart.length > 0
  const isNews = state.broken !== undefined || isOther || hasOtherVariables(state.current, outcome.loaded)
  const next = { current: outcome.loaded, texts, broken: undefined }
  return isNews ? { next, news: { kind: 'change', loaded: outcome.loaded, changes } } : { next }
}

/** MCP servers are filled with variables at use, so that these are no part of the settings. */
function hasOtherVariables(old: LoadedConfig, next: LoadedConfig): boolean {
  const values = ({ variables }: LoadedConfig): string =>
    JSON.stringify([...variables.values()].map(({ name, value }) => [name, value]).sort())
  return values(old) !== values(next)
}

/** A consumer that cannot take a change is an error of the change, not the end of the watch. */
function tell(news: News, { onChange, onError }: Omit<ConfigWatch, 'signal'>): void {
  if (news.kind === 'error') {
    onError(news.error)
    return
  }
  try {
    onChange(news.loaded, news.changes)
  } catch (error) {
    onError(toHearthError(error))
  }
}

type Outcome =
  | { readonly status: 'loaded'; readonly loaded: LoadedConfig }
  | { readonly status: 'failed'; readonly error: HearthError }

function tryLoad(current: LoadedConfig, texts: Texts): Outcome {
  const { configFile } = current.paths
  if (current.hasFile && texts[0] === undefined) {
    const message = 'the file is gone; the settings read last stay in use'
    return { status: 'failed', error: new ConfigError([{ place: configFile, path: '', message, file: configFile }]) }
  }
  try {
    return { status: 'loaded', loaded: current.reload() }
  } catch (error) {
    return { status: 'failed', error: toHearthError(error) }
  }
}

const readAll = (files: readonly string[]): Promise<Texts> => Promise.all(files.map(readIfThere))

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Runs `work` again after it ends when it was asked for meanwhile; never twice at the same time. */
function oneAtATime(work: () => Promise<void>): () => void {
  let isRunning = false
  let isAsked = false
  const run = async (): Promise<void> => {
    isRunning = true
    await work()
    isRunning = false
    ask()
  }
  const ask = (): void => {
    if (!isAsked || isRunning) return
    isAsked = false
    void run()
  }
  return () => {
    isAsked = true
    ask()
  }
}

/** The folders of the files, and those of what they link to. */
function foldersOf(files: readonly string[]): readonly string[] {
  return [...new Set(files.flatMap((file) => [dirname(file), dirname(realPath(file))]))]
}

function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

/** No watcher where the system has none left or the folder is missing: the poll serves there. */
function watchFolder(folder: string, onEvent: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent)
    watcher.on('error', () => watcher.close())
    return [watcher]
  } catch {
    return []
  }
}

interface QuietTimer {
  nudge(): void
  end(): void
}

function quietTimer(run: () => void): QuietTimer {
  let timer: NodeJS.Timeout | undefined
  let firstNudge: number | undefined
  const fire = (): void => {
    firstNudge = undefined
    run()
  }
  return {
    nudge: () => {
      const now = performance.now()
      firstNudge ??= now
      clearTimeout(timer)
      timer = setTimeout(fire, Math.max(0, Math.min(QUIET_MS, firstNudge + LONGEST_WAIT_MS - now))).unref()
    },
    end: () => clearTimeout(timer),
  }
}
