import { en, type MessageKey } from '../messages/en.ts'
import type { Failure } from '../protocol/hearth-client.ts'
import type { Translate } from './translate.ts'

/** A failure in the language of the reader: what happened and what to do. Unknown codes keep the words of the house. */
export function errorText(failure: Failure, translate: Translate): string {
  const key = messageKeyOf(failure.code)
  const sentence = key === undefined ? failure.message || translate('error.unknown') : translate(key)
  const seconds = Math.ceil((failure.retryAfterMs ?? 0) / 1000)
  return seconds > 0 ? `${sentence} ${translate('error.retryIn', { count: seconds })}` : sentence
}

type PlainErrorKey = Extract<MessageKey, `error.${string}_${string}`>

function messageKeyOf(code: string): PlainErrorKey | undefined {
  const key = `error.${code}`
  return isPlainErrorKey(key) ? key : undefined
}

function isPlainErrorKey(key: string): key is PlainErrorKey {
  return key.includes('_') && Object.hasOwn(en, key)
}
