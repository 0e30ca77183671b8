import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { UpstreamScript } from '../../services/common/testing/fake-upstreams/upstream-script.ts'

export type ThreadScripts = Readonly<Record<string, Partial<UpstreamScript>>>

export interface ThreadOrder {
  readonly become?: ThreadScripts
  readonly stop?: boolean
}

export interface ThreadAnswer {
  readonly urls: Readonly<Record<string, string>>
  readonly sessions: number
  readonly openSockets: number
}

/** Simulated MCP servers, each group in a thread of its own: what is sick in one keeps nobody else waiting. */
export class UpstreamsApart {
  readonly #threads: readonly Worker[]
  readonly #urls: ReadonlyMap<string, string>

  private constructor(threads: readonly Worker[], urls: ReadonlyMap<string, string>) {
    this.#threads = threads
    this.#urls = urls
  }

  static async start(groups: readonly ThreadScripts[]): Promise<UpstreamsApart> {
    const threads = groups.map(
      (workerData) => new Worker(new URL('./upstreams-thread.ts', import.meta.url), { workerData }),
    )
    const started = await Promise.all(threads.map(answerOf))
    return new UpstreamsApart(threads, new Map(started.flatMap(({ urls }) => Object.entries(urls))))
  }

  /** @throws Error when there is none of that name. */
  urlOf(name: string): string {
    const url = this.#urls.get(name)
    if (url === undefined) throw new Error(`There is no simulated upstream ${name}.`)
    return url
  }

  /** The same groups, with other scripts. */
  async become(groups: readonly ThreadScripts[]): Promise<void> {
    await this.#order((index) => ({ become: groups[index] ?? {} }))
  }

  /** Of all: open sessions of the old revisions, and sockets. */
  async counts(): Promise<Pick<ThreadAnswer, 'sessions' | 'openSockets'>> {
    const answers = await this.#order(() => ({}))
    return {
      sessions: answers.reduce((sum, { sessions }) => sum + sessions, 0),
      openSockets: answers.reduce((sum, { openSockets }) => sum + openSockets, 0),
    }
  }

  async stop(): Promise<void> {
    const ended = this.#threads.map((thread) => once(thread, 'exit'))
    await this.#order(() => ({ stop: true }))
    await Promise.all(ended)
  }

  #order(orderOf: (index: number) => ThreadOrder): Promise<readonly ThreadAnswer[]> {
    return Promise.all(
      this.#threads.map((thread, index) => {
        const answer = answerOf(thread)
        thread.postMessage(orderOf(index))
        return answer
      }),
    )
  }
}

/** Its next; one order is given after the other. @throws Error of a thread that failed. */
async function answerOf(thread: Worker): Promise<ThreadAnswer> {
  const [answer]: ThreadAnswer[] = await once(thread, 'message')
  if (answer === undefined) throw new Error('a thread of simulated upstreams said nothing')
  return answer
}
