import { describe, expect, it } from 'vitest'
import type { Principal } from '../../../services/common/contracts/principal.ts'
import { RememberedPrincipals } from '../../../services/mcp/store/remembered-principals.ts'

const anna: Principal = { id: 'user:anna', user: 'anna', role: 'member', scopes: ['chat'], credentialId: 'tok_1' }

function remembered() {
  const now = { revision: 1, ms: 0 }
  const kept = new RememberedPrincipals({ revision: () => now.revision, clock: () => now.ms })
  return { now, kept }
}

describe('principals remembered by the hash of their token', () => {
  it('are known for half a minute, others are not', () => {
    const { now, kept } = remembered()
    kept.set('hash', anna, 1)
    now.ms = 29_999
    expect(kept.get('hash')).toBe(anna)
    expect(kept.get('other')).toBeUndefined()
    now.ms = 30_000
    expect(kept.get('hash')).toBeUndefined()
  })

  it('are forgotten with the next settings write, and do not come back with later ones', () => {
    const { now, kept } = remembered()
    kept.set('hash', anna, 1)
    now.revision = 2
    expect(kept.get('hash')).toBeUndefined()
    kept.set('other', anna, 2)
    expect(kept.get('hash')).toBeUndefined()
    expect(kept.get('other')).toBe(anna)
  })

  it('are not kept when settings were written while they were read', () => {
    const { now, kept } = remembered()
    now.revision = 2
    kept.set('hash', anna, 1)
    expect(kept.get('hash')).toBeUndefined()
  })

  it('are bounded: the one seen first goes first', () => {
    const { kept } = remembered()
    for (let index = 0; index <= 1000; index++) kept.set(`hash-${index}`, anna, 1)
    expect(kept.get('hash-0')).toBeUndefined()
    expect(kept.get('hash-1')).toBe(anna)
    expect(kept.get('hash-1000')).toBe(anna)
  })
})
