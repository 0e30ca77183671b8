import type { ConnectionParts, McpConnection } from './connection.ts'
import { exchange, openStream } from './exchange.ts'
import {
  initializeParams,
  type Message,
  notificationText,
  type Result,
  requestText,
  resultOf,
  tellsOfTools,
} from './message.ts'

/** One stream for all answers and news; requests are posted to the address that its first event names. */
export async function openSse({ url, agent, headers }: ConnectionParts): Promise<McpConnection> {
  const waiting = new Map<unknown, { resolve: (message: Message) => void; reject: (error: Error) => void }>()
  const endpoint = Promise.withResolvers<URL>()
  let onTools = (): void => undefined
  let lastId = 0
  const onEnd = (): void => {
    const ended = new Error('The stream of answers ended.')
    endpoint.reject(ended)
    for (const { reject } of waiting.values()) reject(ended)
  }
  const answered = (message: Message): void => {
    waiting.get(message.id)?.resolve(message)
    waiting.delete(message.id)
  }
  const onEvent = ({ name, data }: { readonly name: string; readonly data: string }): void => {
    if (name === 'endpoint') endpoint.resolve(new URL(data, url))
    else if (tellsOfTools(data)) onTools()
    else answered(JSON.parse(data))
  }
  const stream = await openStream({ url, agent, headers }, onEvent, onEnd)
  const address = await endpoint.promise
  const ask = async (method: string, params: object): Promise<Result> => {
    lastId += 1
    const id = lastId
    const answer = Promise.withResolvers<Message>()
    waiting.set(id, answer)
    const posted = exchange({ url: address, agent, headers, body: requestText(id, method, params) })
    const [message] = await Promise.all([answer.promise, posted])
    return resultOf(message)
  }
  await ask('initialize', initializeParams)
  await exchange({ url: address, agent, headers, body: notificationText('notifications/initialized') })
  return {
    ask,
    listen: (callback) => {
      onTools = callback
      return Promise.resolve()
    },
    close: () => stream.close(),
  }
}
