import { readFileSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Logger } from '../../../../common/telemetry/logger.ts'

const reapGraceMs = 1500

const entrySchema = z.object({ pid: z.int().min(2), startedAt: z.string().min(1) })
const fileSchema = z.object({ boot: z.string(), processes: z.array(entrySchema).max(10_000) })

type Entry = z.output<typeof entrySchema>

/**
 * Which processes are ours, on disk: `mcp-processes.json` in the data folder. What a Hearth that was killed left behind is
 * ended at the next start, when its pid still belongs to the very process that we started.
 */
export class ProcessLedger {
  readonly #path: string
  readonly #log: Logger
  readonly #entries = new Map<number, Entry>()
  #writing: Promise<void> | undefined
  #isStale = false

  constructor(dataDir: string, log: Logger) {
    this.#path = join(dataDir, 'mcp-processes.json')
    this.#log = log
  }

  add({ pid }: { readonly pid: number }): void {
    const startedAt = startOf(pid)
    if (startedAt === undefined) return
    this.#entries.set(pid, { pid, startedAt })
    this.#save()
  }

  remove(pid: number): void {
    if (this.#entries.delete(pid)) this.#save()
  }

  /** Ends what an earlier life left; resolves with the pids that were still there. */
  async reap(): Promise<readonly number[]> {
    const left = (await this.#read()).filter(isStillThere)
    for (const entry of left) signalGroup(entry, 'SIGTERM')
    for (let waited = 0; left.some(isStillThere) && waited < reapGraceMs; waited += 50) await sleep(50)
    for (const entry of left.filter(isStillThere)) signalGroup(entry, 'SIGKILL')
    return left.map(({ pid }) => pid)
  }

  /** Resolves when the file says what is so. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  async #read(): Promise<readonly Entry[]> {
    try {
      const { boot, processes } = fileSchema.parse(JSON.parse(await readFile(this.#path, 'utf8')))
      return boot === bootId() ? processes : []
    } catch {
      return []
    }
  }

  #save(): void {
    this.#isStale = true
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  async #write(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      const text = JSON.stringify({ boot: bootId(), processes: [...this.#entries.values()] })
      try {
        await mkdir(dirname(this.#path), { recursive: true })
        await writeFile(`${this.#path}.new`, text, { mode: 0o600 })
        await rename(`${this.#path}.new`, this.#path)
      } catch (error) {
        this.#log.warn({ err: error }, 'the list of MCP processes cannot be written')
      }
    }
  }
}

/** Field 22 of /proc/<pid>/stat: ticks since boot (proc(5)); undefined where there is no such file, or it is a zombie. */
export function startOf(pid: number): string | undefined {
  const stat = readProc(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields?.[0] === 'Z' ? undefined : fields?.[19]
}

/** Resident set of a process, bytes; undefined when it is gone. */
export function residentBytes(pid: number): number | undefined {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1]
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
}

const isStillThere = ({ pid, startedAt }: Entry): boolean => startOf(pid) === startedAt

function signalGroup({ pid }: Entry, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It ended in the meantime.
  }
}

const bootId = (): string => readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? ''

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
