import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { RunAnswer } from '../../../services/common/contracts/history.ts'
import { never, openTestStore, principal } from './open-test-store.ts'
import { recordingBus } from './recording-bus.ts'

const anna = principal('anna')
const ben = principal('ben')

const question = (runId: string, conversation?: string) => ({
  runId,
  owner: anna.id,
  title: 'A title',
  input: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'Hello' }] }],
  ...(conversation === undefined ? {} : { conversation }),
})

const answer = (runId: string, conversation: string, parentId: string | null): RunAnswer => ({
  ...{ runId, conversation, parentId, status: 'completed', profile: 'assistant', usage: null, attempts: [] },
  parts: [{ type: 'text', text: 'Hi' }],
})

describe('news of conversations', () => {
  it('are told of every change, once, with the run and to the owner', async () => {
    const bus = recordingBus()
    await using opened = await openTestStore({ bus })
    const { history, conversations } = opened.store
    const { conversation, parentId } = await history.open(question('run-1'), never)
    await history.close(answer('run-1', conversation, parentId))
    await history.close(answer('run-1', conversation, parentId))
    await history.open({ ...question('run-2', conversation), input: [] }, never)
    const made = await conversations.create(anna, 'Empty')
    await conversations.update(anna, made.id, { title: 'Not empty' }, undefined)
    await conversations.remove(anna, made.id, undefined)
    const owner = anna.id
    expect(bus.published.conversations).toEqual([
      { conversation, owner, change: 'asked', runId: 'run-1' },
      { conversation, owner, change: 'answered', runId: 'run-1' },
      { conversation, owner, change: 'asked', runId: 'run-2' },
      { conversation: made.id, owner, change: 'created' },
      { conversation: made.id, owner, change: 'renamed' },
      { conversation: made.id, owner, change: 'removed' },
    ])
    expect(bus.published.settings).toEqual([])
  })

  it('are not told of what was refused', async () => {
    const bus = recordingBus()
    await using opened = await openTestStore({ bus })
    const { history, conversations } = opened.store
    const { id } = await conversations.create(anna, 'Mine')
    const attempts = [
      history.open({ ...question('run-1', id), owner: ben.id }, never),
      history.open(question('run-2'), AbortSignal.abort()),
      history.close(answer('run-3', 'conv_unknown', null)),
      conversations.create(anna, 'a\0'),
      conversations.update(ben, id, { title: 'Yours' }, undefined),
      conversations.update(anna, id, { title: 'Late' }, 99),
      conversations.remove(ben, id, undefined),
    ]
    for (const outcome of await Promise.allSettled(attempts)) expect(outcome.status).toBe('rejected')
    expect(bus.published.conversations.map(({ change }) => change)).toEqual(['created'])
  })

  it('come after the commit: whoever reads at that moment sees the change', async () => {
    const seen: unknown[] = []
    let path = ''
    const bus = recordingBus(() => {
      const database = new Database(path, { readonly: true })
      const state = database.prepare(
        'select (select count(*) from messages) as messages, (select group_concat(title) from conversations) as titles',
      )
      seen.push(state.get())
      database.close()
    })
    await using opened = await openTestStore({ bus })
    path = opened.path
    const { history, conversations } = opened.store
    const { conversation, parentId } = await history.open(question('run-1'), never)
    await history.close(answer('run-1', conversation, parentId))
    await conversations.update(anna, conversation, { title: 'Renamed' }, undefined)
    await conversations.create(anna, 'Second')
    await conversations.remove(anna, conversation, undefined)
    expect(seen).toEqual([
      { messages: 1, titles: 'A title' },
      { messages: 2, titles: 'A title' },
      { messages: 2, titles: 'Renamed' },
      { messages: 2, titles: 'Renamed,Second' },
      { messages: 0, titles: 'Second' },
    ])
  })
})
