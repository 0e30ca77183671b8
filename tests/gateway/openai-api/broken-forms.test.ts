import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { adminToken, type Harness, startGateway } from '../gateway-harness.ts'
import { post } from './api-harness.ts'

/** What is answered to an upload and to a request behind it on the same socket. */
async function upload({ port }: Harness, body: Buffer): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  const head = (line: string, more: readonly string[]): string =>
    [line, `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${adminToken}`, ...more, '', ''].join('\r\n')
  socket.write(
    head('POST /v1/images/edits HTTP/1.1', [
      'Content-Type: multipart/form-data; boundary=b',
      `Content-Length: ${body.length}`,
    ]),
  )
  socket.write(body)
  socket.write(head('GET /v1/models HTTP/1.1', ['Connection: close']))
  return text(socket)
}

const part = '--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na house\r\n'

describe('a form that is broken', () => {
  it.each([
    ['without its end', part],
    ['with another boundary at its end', `${part}--c--\r\n`],
    ['that is empty', ''],
    [
      'that ends inside a picture',
      `${part}--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n\u0089P`,
    ],
  ])('is refused as one, never as a defect of ours: %s', async (_what, body) => {
    await using harness = await startGateway()
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    const answer = await post(harness, '/images/edits', body, { headers })
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 'caller_invalid_request' } }])
    expect(harness.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('is refused for a bad picture at its beginning, and taken to its end all the same', async () => {
    await using harness = await startGateway()
    const file = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"; filename="a"\r\n\r\n`
    const large = Buffer.alloc(24_000_000, 7)
    const parts = [file('image'), 'no picture\r\n', file('image'), large, '\r\n--b--\r\n']
    const answer = await upload(harness, Buffer.concat(parts.map((part) => Buffer.from(part))))
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('must be a png')
    expect(answer).toContain('HTTP/1.1 200 OK')
  })
})
