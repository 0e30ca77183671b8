import { describe, expect, it } from 'vitest'
import { startGateway } from '../gateway-harness.ts'
import { post } from './api-harness.ts'

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
})
