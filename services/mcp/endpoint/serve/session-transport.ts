import {
  type JSONRPCMessage,
  type RequestId,
  type TransportSendOptions,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { LiveMap } from '../../../common/collections/live-map.ts'
import type { DirectAnswer } from '../direct/direct-answer.ts'

/** The SDK's transport of a session, beside which some requests are answered directly. */
export class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  readonly #answers = new LiveMap<RequestId, DirectAnswer>()

  /** Until it is disposed of, what the SDK says in the middle of this request goes into its answer. */
  relate(id: RequestId, answer: DirectAnswer): Disposable {
    this.#answers.set(id, answer)
    return { [Symbol.dispose]: () => void this.#answers.delete(id) }
  }

  override async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const { relatedRequestId } = options ?? {}
    if (relatedRequestId === undefined) return super.send(message)
    const answer = this.#answers.get(relatedRequestId)
    if (answer === undefined) await super.send(message, { relatedRequestId })
    else answer.tell(message)
  }
}
