import { stripVTControlCharacters } from 'node:util'

/** Text of an upstream for people: one line, nothing that steers a terminal or hides, the end of it at most `maxCharacters`. */
export function oneLine(text: string, maxCharacters = 500): string {
  const plain = stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
  return plain.length <= maxCharacters ? plain : `…${plain.slice(1 - maxCharacters)}`
}
