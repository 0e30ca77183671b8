import type { Principal } from '../../services/common/contracts/principal.ts'
import { FakeIdentity } from '../../services/common/testing/fake-identity.ts'
import { openTestStore, personSpec } from '../mcp/store/open-test-store.ts'
import { identityContract } from './identity.contract.ts'

identityContract('fake', async () => {
  const member: Principal = {
    id: 'user:anna',
    user: 'anna',
    role: 'member',
    scopes: ['chat', 'read', 'devices', 'tools'],
    credentialId: 'tok_1',
  }
  const bare: Principal = { id: 'token:tok_2', role: 'guest', scopes: ['read'], credentialId: 'tok_2' }
  const identity = new FakeIdentity({ 'secret-1': member, 'secret-2': bare, 'secret-3': { ...bare, expiresAt: 1 } })
  return {
    identity,
    memberToken: 'secret-1',
    bareToken: 'secret-2',
    expiredToken: 'secret-3',
    revokeMember: async () => identity.revoke('secret-1'),
    close: async () => {},
  }
})

identityContract('SQLite', async () => {
  const opened = await openTestStore()
  const { identity, tokens, users } = opened.store
  await users.create('anna', personSpec('member'))
  const member = await tokens.create({ name: 'phone', user: 'anna' })
  const bare = await tokens.create({ name: 'sensor', role: 'guest', scopes: ['read'] })
  const expired = await tokens.create({ name: 'old', user: 'anna', expiresAt: 1_800_000_000_001 })
  opened.advance(1)
  return {
    identity,
    memberToken: member.secret,
    bareToken: bare.secret,
    expiredToken: expired.secret,
    revokeMember: () => tokens.revoke(member.token.id),
    close: opened.close,
  }
})
