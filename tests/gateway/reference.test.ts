import { describe, expect, it } from 'vitest'
import { clientMessages } from '../../services/common/contracts/protocol/client-messages.ts'
import { plannedClientMessages } from '../../services/common/contracts/protocol/planned-client-messages.ts'
import { serverMessages } from '../../services/common/contracts/protocol/server-messages.ts'
import { asyncApiDocument } from '../../services/gateway/reference/async-api.ts'
import { protocolReference } from '../../services/gateway/reference/protocol-reference.ts'

/** Every `$ref` in a document. */
function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : references(inner)))
}

const follow = (document: unknown, reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (place, key) =>
        typeof place === 'object' && place !== null
          ? Object.entries(place).find(([name]) => name === key)?.[1]
          : undefined,
      document,
    )

describe('the reference of the protocol', () => {
  it('is an AsyncAPI 3 document with every message and no dangling reference', () => {
    const document = asyncApiDocument('1.2.3')
    expect(document).toMatchObject({ asyncapi: '3.0.0', info: { version: '1.2.3' } })
    for (const reference of references(document)) expect(follow(document, reference), reference).toBeDefined()
    const text = JSON.stringify(document)
    for (const type of Object.keys({ ...clientMessages, ...plannedClientMessages, ...serverMessages })) {
      expect(follow(document, `#/components/messages/${type}`)).toMatchObject({
        name: type,
        payload: { type: 'object' },
      })
    }
    expect(text).toBe(JSON.stringify(asyncApiDocument('1.2.3')))
  })

  it('marks what is planned and keeps unknown fields of clients refused', () => {
    const document = asyncApiDocument('0')
    expect(follow(document, '#/components/messages/flow.credit')).toMatchObject({ 'x-planned': true })
    expect(follow(document, '#/components/messages/ping')).toMatchObject({ payload: { additionalProperties: false } })
    expect(follow(document, '#/components/messages/pong')).not.toMatchObject({
      payload: { additionalProperties: false },
    })
  })

  it('is a page that names every message, field and close code', () => {
    const page = protocolReference()
    for (const text of [
      '### `response.create`',
      '`stream_id`',
      '| 4408 |',
      '`>4B4I`',
      '*Not served yet.*',
      '**Uploads.**',
      '20 MiB each',
    ])
      expect(page).toContain(text)
  })
})
