import { composeWords } from '../../services/adapters/demo/compose-text.ts'

/** What the demo profile answers in so many words. */
export function demoAnswer(prompt: string, words = 120): string {
  const text = composeWords(prompt).take(words).toArray().join(' ')
  return `${text.replace(/[.…”“]+$/, '')}.`
}
