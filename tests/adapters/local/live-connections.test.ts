import { expect, test } from 'vitest'
import { dropParameters } from '../../../services/adapters/drop-parameters.ts'
import { createLocalAdapter } from '../../../services/adapters/local/adapter.ts'
import type { LocalConnection } from '../../../services/common/config/config-schema.ts'
import { startFakeVendor } from '../../../services/common/testing/fake-vendor/fake-vendor.ts'
import { ask, log, never, plainConnection, textRequest } from './local-harness.ts'

test('a connection that becomes a server is one with its next answer, and back', async () => {
  const vendor = await startFakeVendor()
  let home: LocalConnection = plainConnection
  const missing = () => [{ connection: 'adapters.local.connections.wanting', name: 'SHED_KEY' }]
  const adapter = createLocalAdapter({ connections: () => ({ home }), missing, dataDir: '/nonexistent', log })
  const play = async () => (await ask(adapter, textRequest('fake?tokens=2', { connection: 'home' }))).error?.code
  const state = () => adapter.describe().connections.map(({ name, state: { status } }) => `${name} ${status}`)

  expect([await play(), state()]).toEqual(['gateway_no_adapter', ['home disabled', 'wanting disabled']])
  home = { ...plainConnection, base_url: vendor.baseUrl }
  expect([await play(), state()]).toEqual([undefined, ['home ready', 'wanting disabled']])
  home = plainConnection
  expect([await play(), state()]).toEqual(['gateway_no_adapter', ['home disabled', 'wanting disabled']])
  const { error } = await ask(adapter, textRequest('fake', { connection: 'wanting' }))
  expect(error?.message).toContain('SHED_KEY')

  await adapter.stop(never)
  await vendor.stop()
})

test('what is dropped has the name that profiles give it, if it was set at all', () => {
  const keys = ['topP', 'reasoningEffort', 'seed'] as const
  const parameters = { temperature: 1, topP: 0.5, seed: 0, extra: { a: 1 } }
  expect(dropParameters(parameters, keys)).toEqual({
    parameters: { temperature: 1, extra: { a: 1 } },
    names: ['top_p', 'seed'],
  })
})
