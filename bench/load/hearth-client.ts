import { createTokenReader, promptOf } from '../token.ts'
import type { AnswerClient, OnToken } from './answer-client.ts'
import type { HearthTarget } from './load-job.ts'
import { nextSequence, readFrame, type ServerFrame } from './server-frame.ts'
import { openTextSocket, type TextSocket } from './websocket.ts'

interface Asked {
  onToken: OnToken
  /** Number that the next event of the run has to have. */
  next: number
  end(problem?: Error): void
}

/** Opens an authenticated session over a WebSocket. @throws Error when it is refused. */
export async function openHearthClient(target: HearthTarget, clock: () => number): Promise<AnswerClient> {
  const socket = await openSession(target)
  let asked: Asked | undefined
  let nowUs = 0
  const reader = createTokenReader((index, sentUs) => asked?.onToken(index, sentUs, nowUs))

  socket.onMessage = (text) => {
    nowUs = clock()
    if (asked === undefined) return
    try {
      const frame = readFrame(text)
      asked.next = nextSequence(asked.next, frame)
      if (frame.isText) reader.read(text)
      else endBy(asked, frame)
    } catch (error) {
      asked.end(error instanceof Error ? error : new Error(String(error)))
    }
  }
  socket.onClose = (reason) => asked?.end(new Error(reason))

  return {
    ask: (shape, onToken, signal) =>
      new Promise<void>((resolve, reject) => {
        const end = (problem?: Error): void => {
          signal.removeEventListener('abort', onAbort)
          asked = undefined
          if (problem === undefined) resolve()
          else reject(problem)
        }
        const onAbort = (): void => {
          socket.close()
          end(new Error('given up'))
        }
        signal.addEventListener('abort', onAbort)
        asked = { onToken, next: 0, end }
        socket.send({
          type: 'response.create',
          stream_id: 'bench',
          profile: target.profile,
          input: promptOf(shape),
          on_disconnect: 'cancel',
        })
      }),
    close: () => socket.close(),
  }
}

function endBy(asked: Asked, { type, code }: ServerFrame): void {
  if (type === 'response.completed') asked.end()
  else if (/^(response\.(incomplete|failed|cancelled)|error)$/.test(type)) asked.end(new Error(`${type}: ${code}`))
}

/** Opens a socket and says hello; resolves when the session is there. */
export async function openSession({ url, token }: HearthTarget): Promise<TextSocket> {
  const socket = await openTextSocket(new URL('/v1/ws', url), {
    'sec-websocket-protocol': 'hearth.v1',
    authorization: `Bearer ${token}`,
  })
  await new Promise<void>((resolve, reject) => {
    socket.onMessage = (text) => {
      const { type, code } = readFrame(text)
      if (type === 'session.created') resolve()
      else if (type === 'error') reject(new Error(`The session was refused: ${code}`))
    }
    socket.onClose = (reason) => reject(new Error(`The session was refused: ${reason}`))
    socket.send({ type: 'session.hello', client: { name: 'bench' } })
  })
  return socket
}
