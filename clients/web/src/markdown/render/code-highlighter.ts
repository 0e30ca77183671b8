import hljs from 'highlight.js/lib/core'
import { codeLanguageOf } from './code-languages.ts'
import { type CodePiece, codePiecesOf } from './code-pieces.ts'

/** Loads the language of a block. @returns what colours a text in it; nothing when the language is not known. */
export type LoadHighlighter = (language: string) => Promise<((text: string) => readonly CodePiece[]) | undefined>

export function createHighlighterLoader(): LoadHighlighter {
  const reader = hljs.newInstance()
  return async (word) => {
    const language = codeLanguageOf(word)
    if (language === undefined) return undefined
    const { name } = language
    if (reader.getLanguage(name) === undefined) reader.registerLanguage(name, (await language.load()).default)
    return (text) => codePiecesOf(reader.highlight(text, { language: name, ignoreIllegals: true }).value)
  }
}
