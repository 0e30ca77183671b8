import type { ChatMessage } from '../../common/contracts/generate-request.ts'
import { hashText, randomFrom } from './seed.ts'

const subjects = ['The kettle', 'A warm light', 'The hearth', 'A quiet voice', 'The old clock', 'The garden', 'A robin']
const verbs = ['answers', 'remembers', 'follows', 'keeps', 'borrows', 'turns', 'welcomes']
const objects = [
  'the evening',
  'every question',
  'a small story',
  'the rain',
  'its own rhythm',
  'the house',
  'a promise',
]
const closings = ['and waits.', 'without hurry.', 'as always.', 'before dawn.', 'for everyone.', 'and smiles.']
const echoedWords = 12

/** The text of the newest message of a user: what an answer depends on. */
export function promptOf(messages: readonly ChatMessage[]): string {
  const last = messages.findLast((message) => message.role === 'user')
  if (last === undefined || last.role !== 'user') return ''
  return last.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** Words as this adapter counts tokens. */
export const countWords = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length

/** Words of an answer, without their spaces. Endless; depends on the prompt only. */
export function* composeWords(prompt: string): Generator<string, never> {
  const echoed = prompt.split(/\s+/).filter((word) => word !== '')
  const quote = `${echoed.slice(0, echoedWords).join(' ')}${echoed.length > echoedWords ? ' …' : ''}`
  yield* `This is the demo, and you said: “${quote}”`.split(' ')
  const random = randomFrom(hashText(prompt))
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? ''
  for (;;) yield* [subjects, verbs, objects, closings].map(pick).join(' ').split(' ')
}

/** JSON cut where a model would cut it: after punctuation. */
export const jsonTokens = (value: unknown): readonly string[] => JSON.stringify(value).split(/(?<=[,:{}[\]])/)
