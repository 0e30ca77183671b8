import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { HearthError } from '../common/errors/hearth-error.ts'
import type { Part } from '../common/lifecycle/part.ts'
import { removeAddress, writeAddress } from './address-file.ts'

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
  readonly addressFile?: string
}

/** A fastify app on its port, from start to stop. */
export class HttpListener implements Part {
  readonly name: string
  readonly #options: HttpListenerOptions
  #address: string | undefined

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
    this.#address = url
    if (this.#options.addressFile !== undefined) await writeAddress(this.#options.addressFile, url)
    await this.#options.onListening(url)
  }

  async stop(): Promise<void> {
    await this.#options.app.close()
    const { addressFile } = this.#options
    if (addressFile !== undefined && this.#address !== undefined) await removeAddress(addressFile, this.#address)
  }

  #url(): string {
    const { app, host, scheme } = this.#options
    const { port } = app.server.address() as AddressInfo
    const isAnyAddress = host === '0.0.0.0' || host === '::'
    const name = isAnyAddress ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
    return `${scheme}://${name}:${port}`
  }
}
