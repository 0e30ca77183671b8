import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { HearthError } from '../common/errors/hearth-error.ts'
import type { Part } from '../common/lifecycle/part.ts'

export interface HttpListenerOptions {
  readonly name: string
  readonly app: FastifyInstance
  readonly host: string
  readonly port: number
  readonly scheme: 'http' | 'https'
  /** The setting to change when the port is taken, such as `HEARTH_GATEWAY__PORT`. */
  readonly portSetting: string
  /** Told the address once it listens. */
  readonly onListening: (url: string) => Promise<void>
  /** Where the address is written for programs of this machine (the CLI); absent: nowhere. */
  readonly addressDir?: string
}

/** A fastify app on its port, from start to stop. */
export class HttpListener implements Part {
  readonly name: string
  readonly #options: HttpListenerOptions

  constructor(options: HttpListenerOptions) {
    this.name = options.name
    this.#options = options
  }

  async start(): Promise<void> {
    const { app, host, port, portSetting } = this.#options
    try {
      await app.listen({ host, port })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
      const message = `Port ${port} is in use; stop what uses it or choose another with ${portSetting} (0 picks a free one).`
      throw new HearthError('gateway_internal', message, { cause: error })
    }
    const url = this.#url()
    await this.#writeAddress(url)
    await this.#options.onListening(url)
  }

  async stop(): Promise<void> {
    await this.#options.app.close()
    const { addressDir } = this.#options
    if (addressDir !== undefined) await rm(join(addressDir, 'address'), { force: true })
  }

  #url(): string {
    const { app, host, scheme } = this.#options
    const { port } = app.server.address() as AddressInfo
    const isAnyAddress = host === '0.0.0.0' || host === '::'
    const name = isAnyAddress ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
    return `${scheme}://${name}:${port}`
  }

  async #writeAddress(url: string): Promise<void> {
    const { addressDir } = this.#options
    if (addressDir === undefined) return
    await mkdir(addressDir, { recursive: true })
    const file = join(addressDir, 'address')
    await writeFile(`${file}.new`, `${url}\n`)
    await rename(`${file}.new`, file)
  }
}
