import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LiveMap } from '../../../services/common/collections/live-map.ts'
import { LiveSet } from '../../../services/common/collections/live-set.ts'

const key = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom('0', '1', '__proto__', 'toString', ''))
const step = fc.record({ key, value: fc.integer(), isDelete: fc.boolean() })

test('holds what a Map would, whatever the keys', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const live = new LiveMap<string | number, number>()
      const map = new Map<string | number, number>()
      for (const { key: at, value, isDelete } of steps) {
        if (isDelete) {
          expect(live.delete(at)).toBe(map.delete(at))
        } else {
          live.set(at, value)
          map.set(at, value)
        }
        expect(live.size).toBe(map.size)
        expect(live.has(at)).toBe(map.has(at))
        expect(live.get(at)).toBe(map.get(at))
      }
      expect(live.values().toSorted()).toEqual([...map.values()].toSorted())
      live.clear()
      expect([live.size, live.values()]).toEqual([0, []])
    }),
  )
})

test('a member of a set is in it until it is disposed of, once for every time that it was added', () => {
  const live = new LiveSet<string>()
  const first = live.add('a')
  const second = live.add('a')
  expect(live.values()).toEqual(['a', 'a'])
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  expect(live.values()).toEqual(['a'])
  second[Symbol.dispose]()
  expect(live.size).toBe(0)
})
