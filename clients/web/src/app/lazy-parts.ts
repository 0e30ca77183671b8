import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** The elements that are fetched when they are first shown, by name. */
export type PartLoaders<Name extends string> = Readonly<Record<Name, () => Promise<unknown>>>

type PartStatus = 'loading' | 'ready' | 'failed'

/** Fetches each part once; renders its host when one has come, or has not. */
export class LazyParts<Name extends string> implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #loaders: PartLoaders<Name>
  readonly #status = new Map<Name, PartStatus>()

  constructor(host: ReactiveControllerHost, loaders: PartLoaders<Name>) {
    this.#host = host
    this.#loaders = loaders
    host.addController(this)
  }

  hostConnected(): void {}

  /** Asking for it is wanting it. */
  status(name: Name): PartStatus {
    const known = this.#status.get(name)
    if (known !== undefined) return known
    this.#status.set(name, 'loading')
    void this.#load(name)
    return 'loading'
  }

  async #load(name: Name): Promise<void> {
    try {
      await this.#loaders[name]()
      this.#status.set(name, 'ready')
    } catch {
      // A new version of the house has other files: only loading the page again helps, and that is the reader's to do.
      this.#status.set(name, 'failed')
    }
    this.#host.requestUpdate()
  }
}
