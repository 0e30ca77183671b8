import { formatMessage, type Translate, type ValuesIn } from '../../app/translate.ts'
import { serversDe } from '../../messages/servers-de.ts'
import { type ServersKey, serversEn } from '../../messages/servers-en.ts'

/** A text that is given nothing. */
export type PlainKey = {
  [Key in ServersKey]: ValuesIn<(typeof serversEn)[Key]> extends [] ? Key : never
}[ServersKey]

/** Texts of this view, fetched with it, in the language in use. */
export type Words = <Key extends ServersKey>(key: Key, ...values: ValuesIn<(typeof serversEn)[Key]>) => string

const dictionaries = { en: serversEn, de: serversDe } as const

/** Follows `translate`: who renders anew when that changes has the right words. */
export const wordsOf = (translate: Translate): Words => {
  return (key, ...[values]) => formatMessage(dictionaries[translate.language][key], translate.language, values ?? {})
}
