import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeInStages } from '../../../services/common/http/close-in-stages.ts'

const server = createServer({ allowHalfOpen: true })
let peer: Socket
let ours: Socket

beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  ;[ours] = (await once(server, 'connection')) as [Socket]
})
afterEach(async () => {
  peer.destroy()
  await once(server.close(), 'close')
})

describe('a connection closed in stages', () => {
  it('is read to the end of the peer, who reads the last bytes', async () => {
    let read = 0
    ours.on('data', (chunk: Buffer) => {
      read += chunk.length
    })
    closeInStages(ours, 10_000, 'why')
    await once(ours, 'finish')
    peer.end(Buffer.alloc(4_000_000))
    await once(ours, 'close')
    expect(String(peer.read())).toBe('why')
    expect(read).toBe(4_000_000)
  })

  it('is cut when the peer does not end in time', async () => {
    closeInStages(ours, 20)
    peer.on('error', () => undefined)
    const sending = setInterval(() => peer.write('more'), 5)
    await once(ours, 'close')
    clearInterval(sending)
    expect(ours.readableEnded).toBe(false)
  })
})
