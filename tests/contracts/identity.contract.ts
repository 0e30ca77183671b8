import { describe, expect, it } from 'vitest'
import type { Identity } from '../../services/common/contracts/identity.ts'

/** One implementation under test, with tokens it knows. `close` ends whatever `make` started. */
export interface IdentityUnderTest {
  readonly identity: Identity
  /** Of the user `anna`, role `member`, all scopes of that role; never ends. */
  readonly memberToken: string
  /** Of no user, role `guest`, scope `read` only. */
  readonly bareToken: string
  readonly expiredToken: string
  /** Makes `memberToken` worthless. */
  readonly revokeMember: () => Promise<void>
  readonly close: () => Promise<void>
}

const never = new AbortController().signal

export function identityContract(name: string, make: () => Promise<IdentityUnderTest>): void {
  const withIdentity = (test: (subject: IdentityUnderTest) => Promise<void>) => async (): Promise<void> => {
    const subject = await make()
    try {
      await test(subject)
    } finally {
      await subject.close()
    }
  }
  const refused = { code: 'policy_unauthenticated' }

  describe(`Identity: ${name}`, () => {
    it(
      'a token of a user is that user with the rights of the role',
      withIdentity(async ({ identity, memberToken }) => {
        const principal = await identity.authenticate(memberToken, never)
        expect(principal).toMatchObject({ id: 'user:anna', user: 'anna', role: 'member' })
        expect([...principal.scopes].toSorted()).toEqual(['chat', 'devices', 'read', 'tools'])
        expect(principal.credentialId).not.toBe('')
        expect(principal).not.toHaveProperty('expiresAt')
      }),
    )

    it(
      'a token without a user is its own principal',
      withIdentity(async ({ identity, bareToken }) => {
        const principal = await identity.authenticate(bareToken, never)
        expect(principal).toMatchObject({ id: `token:${principal.credentialId}`, role: 'guest', scopes: ['read'] })
        expect(principal).not.toHaveProperty('user')
      }),
    )

    it(
      'an unknown, an empty and an expired token are refused alike, without the token in the message',
      withIdentity(async ({ identity, expiredToken }) => {
        for (const token of ['', 'wrong', 'x'.repeat(100_000), 'a\0b', '\uD800', expiredToken]) {
          const attempt = identity.authenticate(token, never)
          await expect(attempt).rejects.toMatchObject(refused)
          if (token.length > 1) await expect(attempt).rejects.not.toThrow(token)
        }
      }),
    )

    it(
      'a revoked token is refused',
      withIdentity(async ({ identity, memberToken, revokeMember }) => {
        await identity.authenticate(memberToken, never)
        await revokeMember()
        await expect(identity.authenticate(memberToken, never)).rejects.toMatchObject(refused)
      }),
    )
  })
}
