import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'

/** @typedef {{ cwd: string, env?: Readonly<Record<string, string>>, quiet?: boolean, patienceMs?: number }} RunOptions */
/** @typedef {ReturnType<typeof createRunner>} Runner */

/** @type {readonly NodeJS.Signals[]} */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** One Ctrl-C arrives from the terminal and again from npm. */
const sameSignalMs = 500

/**
 * Runs one child at a time and passes our signals on to it. After a signal no further child is started.
 * `close()` gives the signals back.
 */
export function createRunner() {
  const abort = new AbortController()
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child
  /** @type {number | undefined} */
  let patience
  /** @type {NodeJS.Timeout | undefined} */
  let killTimer
  let last = { name: '', at: 0 }

  /** @param {NodeJS.Signals} name */
  const onSignal = (name) => {
    const at = performance.now()
    if (name === last.name && at - last.at < sameSignalMs) return
    last = { name, at }
    abort.abort(new Error(`Stopped by ${name}.`))
    const stopping = child
    stopping?.kill(name)
    if (patience !== undefined) killTimer ??= setTimeout(() => stopping?.kill('SIGKILL'), patience)
  }
  for (const name of forwarded) process.on(name, onSignal)

  return {
    /** Aborted by the first signal; its reason names it. */
    signal: abort.signal,

    /**
     * Resolves with the exit code, 128 + number for a death by signal. With `quiet` stdout goes to stderr, which keeps
     * ours clean for the program that follows. With `patienceMs` a child that goes on after a signal is killed.
     * Rejects when the program cannot be started.
     * @param {string} command
     * @param {readonly string[]} args
     * @param {RunOptions} options
     * @returns {Promise<number>}
     */
    async run(command, args, { cwd, env, quiet = false, patienceMs }) {
      abort.signal.throwIfAborted()
      const running = spawn(command, args, {
        cwd,
        env: { ...process.env, PATH: withLocalPrograms(cwd), ...env },
        stdio: ['inherit', quiet ? 2 : 'inherit', 'inherit'],
      })
      child = running
      patience = patienceMs
      try {
        return await new Promise((resolve, reject) => {
          running.on('error', (cause) => reject(new Error(`Could not run ${command}: ${cause.message}`, { cause })))
          running.on('exit', (code, name) => resolve(code ?? codeOf(name)))
        })
      } finally {
        child = undefined
        clearTimeout(killTimer)
      }
    },

    /** The exit code that tells of the signal that stopped us; undefined when there was none. */
    exitCode: () => (abort.signal.aborted ? codeOf(last.name) : undefined),

    close() {
      for (const name of forwarded) process.off(name, onSignal)
    },
  }
}

/** @param {string} cwd */
function withLocalPrograms(cwd) {
  return [join(cwd, 'node_modules', '.bin'), process.env['PATH']].join(delimiter)
}

/** @param {string | null} name */
function codeOf(name) {
  const number = Object.entries(constants.signals).find(([signal]) => signal === name)?.[1]
  return 128 + (number ?? 0)
}
