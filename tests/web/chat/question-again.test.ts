import { describe, expect, it } from 'vitest'
import { questionAgain } from '../../../clients/web/src/views/chat/question-again.ts'
import { houseWithOneAnswer, open } from './chat-session-harness.ts'
import { message, settled } from './fake-client.ts'

const parts = [
  { type: 'text', text: 'what is this?' },
  { type: 'image', blobId: 'b1', mediaType: 'image/png' },
] as const

describe('a question once more', () => {
  it('comes with its text and its pictures, from the question or from its answer', async () => {
    const { asked, answer, deps } = await withPicture()
    const again = { nodeId: asked.id, text: 'what is this?', draws: false, pictures: [{ mediaType: 'image/png' }] }
    expect(await questionAgain(asked.id, deps)).toMatchObject(again)
    expect(await questionAgain(answer.id, deps)).toMatchObject(again)
    expect(await questionAgain('unknown', deps)).toBeUndefined()
  })

  it('is not asked where the reader went while its pictures were fetched', async () => {
    const { client, session, asked, deps } = await withPicture()
    client.keep('c2', message({ text: 'elsewhere' }))
    const { promise, resolve } = Promise.withResolvers<void>()
    const rest = {
      getBlob: async (id: string) => {
        await promise
        return deps.rest.getBlob(id)
      },
    }
    const again = questionAgain(asked.id, { ...deps, rest })
    session.open('c2')
    await settled()
    resolve()
    expect(await again).toBeUndefined()
  })
})

async function withPicture() {
  const { client, answer: before } = houseWithOneAnswer()
  const asked = message({ parentId: before.id, parts })
  const answer = message({ parentId: asked.id, runId: 'r2', text: 'a cat' })
  client.keep('c1', asked, answer)
  const { session } = await open(client, 'c1')
  const rest = { getBlob: async (_id: string) => ({ mediaType: 'image/png', bytes: new Uint8Array([1]).buffer }) }
  const deps = { rest, steps: () => session.state.steps, signal: new AbortController().signal }
  return { client, session, asked, answer, deps }
}
