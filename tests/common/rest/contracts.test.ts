import type { McpClientOptions } from '../../../services/common/rest/mcp-client.ts'
import { createRestHistory } from '../../../services/common/rest/rest-history.ts'
import { createRestIdentity } from '../../../services/common/rest/rest-identity.ts'
import { createRestSettings } from '../../../services/common/rest/rest-settings.ts'
import type { Store } from '../../../services/mcp/store/store.ts'
import { historyContract } from '../../contracts/history.contract.ts'
import { identityContract } from '../../contracts/identity.contract.ts'
import { settingsContract } from '../../contracts/settings.contract.ts'
import { declared, openTestStore, personSpec, profileSpec } from '../../mcp/store/open-test-store.ts'
import { startMcp } from './support/mcp-under-test.ts'

interface House {
  readonly store: Store
  readonly client: McpClientOptions
  advance(ms: number): void
  close(): Promise<void>
}

/** A real store behind a real listener. */
async function openHouse(): Promise<House> {
  const opened = await openTestStore()
  const mcp = await startMcp(opened.store)
  return {
    store: opened.store,
    client: mcp.client,
    advance: opened.advance,
    close: async () => {
      await mcp[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}

historyContract('REST', async () => {
  const { client, close } = await openHouse()
  return { history: createRestHistory(client), close }
})

identityContract('REST', async () => {
  const { client, store, advance, close } = await openHouse()
  await store.users.create('anna', personSpec())
  const member = await store.tokens.create({ name: 'phone', user: 'anna' })
  const bare = await store.tokens.create({ name: 'panel', role: 'guest', scopes: ['read'] })
  const expired = await store.tokens.create({ name: 'old', user: 'anna', expiresAt: 1_800_000_000_001 })
  advance(1)
  return {
    identity: createRestIdentity(client),
    memberToken: member.secret,
    bareToken: bare.secret,
    expiredToken: expired.secret,
    revokeMember: () => store.tokens.revoke(member.token.id),
    close,
  }
})

settingsContract('REST', async () => {
  const { client, store, close } = await openHouse()
  await store.declare(declared('v1', { profiles: { declared: profileSpec() }, users: { anna: personSpec() } }))
  await store.tokens.ensureAdmin('admin-token-of-the-tests')
  return {
    settings: createRestSettings(client),
    addProfile: async (name) => {
      await store.profiles.create(name, profileSpec())
    },
    close,
  }
})
