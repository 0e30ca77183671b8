import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonFault } from '../../../services/common/config/json-fault.ts'

test('JSON has no fault, however it is written', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (text, indent) => {
      expect(jsonFault(JSON.stringify(JSON.parse(text), null, indent))).toBeUndefined()
    }),
  )
})

test('what is no JSON has one, placed within the text where it is known, and never repeats it', () => {
  const broken = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('//', "'", 'x', ',}', '{', '\u0000', '"', ']'))
    .map(([text, at, junk]) => `${text.slice(0, at % (text.length + 1))}${junk}${text.slice(at % (text.length + 1))}`)
  fc.assert(
    fc.property(broken, (text) => {
      fc.pre(!isJson(text))
      const fault = jsonFault(text)
      expect(fault?.message).toBe('is not JSON here; it takes no comments, no single quotes and no comma before } or ]')
      const lines = text.split('\n')
      const { line, column } = fault?.position ?? { line: 1, column: 1 }
      expect(line).toBeLessThanOrEqual(lines.length)
      expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
    }),
  )
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
