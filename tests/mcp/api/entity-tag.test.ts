import { describe, expect, it } from 'vitest'
import { versionOfTag, versionTag } from '../../../services/common/rest/version-tag.ts'
import { isStillAt, isUnchanged, revisionTag } from '../../../services/mcp/api/entity-tag.ts'

describe('entity tags', () => {
  it.each([
    [undefined, false],
    ['"7"', true],
    ['W/"7"', true],
    ['"6", "7"', true],
    ['*', true],
    ['"77"', false],
    ['7', false],
  ])('If-None-Match %s finds "7": %s', (header, found) => {
    expect(isUnchanged(header, revisionTag(7))).toBe(found)
  })

  it.each([
    ['"7"', '"7"', true],
    ['"6","7"', '"7"', true],
    ['*', '"7"', true],
    ['W/"7"', '"7"', false],
    ['"6"', '"7"', false],
    ['7', '"7"', false],
    ['', '"7"', false],
    ['*', undefined, false],
  ])('If-Match %s at %s holds: %s', (header, tag, holds) => {
    expect(isStillAt(header, tag)).toBe(holds)
  })

  it('a version comes back from its tag, and from nothing else', () => {
    const version = { epoch: '0f6c1d1e-7a', revision: 42 }
    expect(versionOfTag(versionTag(version))).toEqual(version)
    expect(versionOfTag(`W/${versionTag(version)}`)).toEqual(version)
    for (const header of [undefined, '', '*', '"7"', 'a.1', '"a.1", "b.2"'])
      expect(versionOfTag(header)).toBeUndefined()
  })
})
