import type { LookupFunction } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import { abortable } from '../../../../common/lifecycle/abortable.ts'
import type { Egress } from './egress.ts'

const maxHeaderBytes = 64 * 1024

export interface WireRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal | undefined
}

/** The head of an answer, whose body waits. */
export type WireAnswer = Dispatcher.ResponseData

/** Sockets to one upstream, connected only to addresses that the egress rule allowed. No redirects, no compression, no cookies. */
export class PinnedWire {
  readonly #egress: Pick<Egress, 'addressesOf'>
  readonly #agent: Agent

  constructor(egress: Pick<Egress, 'addressesOf'>, maxSockets: number) {
    this.#egress = egress
    this.#agent = new Agent({
      connections: maxSockets,
      pipelining: 1,
      maxHeaderSize: maxHeaderBytes,
      // How long an answer may take is for who waits for it.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { lookup: this.#lookup },
    })
  }

  /** @throws EgressError, the reason of `signal`, or of the system. */
  async send(url: URL, { method, headers, body, signal }: WireRequest): Promise<WireAnswer> {
    // An address that stands in the url is not looked up.
    await this.#egress.addressesOf(url.hostname)
    signal?.throwIfAborted()
    const order = {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { ...basicOf(url), ...headers },
      body: body ?? null,
    }
    // While it waits for a socket a request does not hear that it was given up.
    const request = signal === undefined ? this.#agent.request(order) : this.#agent.request({ ...order, signal })
    const answer = signal === undefined ? await request : await abortable(request, signal)
    // An error that nobody listens to ends the process; who reads the body listens too.
    answer.body.on('error', () => undefined)
    return answer
  }

  close(): void {
    void this.#agent.destroy()
  }

  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    this.#egress.addressesOf(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (options.all === true) callback(null, [...addresses])
        else callback(null, first?.address ?? '', first?.family ?? 4)
      },
      (error: Error) => callback(error, '', 0),
    )
  }
}

/** Of a url with a user in it (RFC 7617); headers that are given go before. */
function basicOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(user).toString('base64')}` }
}
