import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ownUri, parseOwnUri, resourceKinds } from '../../../services/mcp/endpoint/own/resource-uri.ts'

describe('URIs of resources of the house', () => {
  test('are read back as they were made', () => {
    const key = fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/)
    fc.assert(
      fc.property(fc.constantFrom(...resourceKinds), key, (kind, name) => {
        expect(parseOwnUri(ownUri({ kind, key: name }))).toEqual({ kind, key: name })
      }),
    )
    fc.assert(
      fc.property(key, fc.string({ minLength: 1, maxLength: 100, unit: 'binary' }), (id, cursor) => {
        const page = { kind: 'conversations', key: id, cursor } as const
        fc.pre(cursor.isWellFormed() && !/[!'()*]/.test(cursor))
        expect(parseOwnUri(ownUri(page))).toEqual(page)
      }),
    )
  })

  test('anything else is none of ours', () => {
    const others = [
      'hearth://users/anna',
      'hearth://profiles/',
      'hearth://profiles/a/b',
      'hearth://profiles/a?cursor=1',
      'hearth://conversations/a?cursor=%',
      'hearth://conversations/a?cursor=',
      'hearth://conversations/a?page=1',
      'HEARTH://profiles/a',
      'https://profiles/a',
      ' hearth://profiles/a',
      `hearth://conversations/${'a'.repeat(101)}`,
    ]
    for (const uri of others) expect(parseOwnUri(uri), uri).toBeUndefined()
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseOwnUri(text) === undefined))
  })
})
