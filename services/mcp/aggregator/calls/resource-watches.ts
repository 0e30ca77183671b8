import type { Upstream } from '../upstream.ts'

interface Watch {
  readonly server: string
  readonly uri: string
  count: number
  upstream: Upstream | undefined
  held: Disposable | undefined
}

/** Who watches which resource: one watch at the upstream for all of them, moved when the upstream is another one. */
export class ResourceWatches {
  readonly #upstream: (server: string) => Upstream | undefined
  readonly #isOn: (server: string) => boolean
  readonly #watches = new Map<string, Watch>()

  constructor(deps: {
    readonly upstream: (server: string) => Upstream | undefined
    readonly isOn: (server: string) => boolean
  }) {
    this.#upstream = deps.upstream
    this.#isOn = deps.isOn
  }

  add(server: string, uri: string): Disposable {
    const key = JSON.stringify([server, uri])
    const watch = this.#watches.get(key) ?? { server, uri, count: 0, upstream: undefined, held: undefined }
    this.#watches.set(key, watch)
    watch.count++
    this.#bind(watch)
    let isOver = false
    return {
      [Symbol.dispose]: () => {
        if (isOver) return
        isOver = true
        if (--watch.count > 0) return
        this.#watches.delete(key)
        this.#release(watch)
      },
    }
  }

  /** After upstreams changed or were switched. */
  rebind(): void {
    for (const watch of this.#watches.values()) this.#bind(watch)
  }

  #bind(watch: Watch): void {
    const upstream = this.#isOn(watch.server) ? this.#upstream(watch.server) : undefined
    if (upstream === watch.upstream) return
    this.#release(watch)
    watch.upstream = upstream
    watch.held = upstream?.watch(watch.uri)
  }

  #release(watch: Watch): void {
    watch.held?.[Symbol.dispose]()
    watch.held = undefined
    watch.upstream = undefined
  }
}
