import type { Answer } from './route.ts'

/** How a sign-in ended, for the person who comes back from an authorization server. */
export type SignInEnd =
  | { readonly type: 'signed_in'; readonly server: string }
  /** `word`: that of the authorization server; empty: none that may be repeated. */
  | { readonly type: 'refused'; readonly word: string }

const languages = ['en', 'de'] as const
type Language = (typeof languages)[number]

/** One sentence in a language the browser asks for, nothing that loads or runs. */
export function signInPage(end: SignInEnd, acceptLanguage: string | undefined): Extract<Answer, { type: 'html' }> {
  const language = languageFor(acceptLanguage)
  return {
    type: 'html',
    html: `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Hearth</title>
<p>${sentences[language](end).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)}</p>
</html>
`,
    contentSecurityPolicy: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    vary: 'Accept-Language',
  }
}

const sentences: Readonly<Record<Language, (end: SignInEnd) => string>> = {
  en: (end) =>
    end.type === 'signed_in'
      ? `Hearth is signed in at ${end.server}. You can close this window.`
      : `The server did not let Hearth in${inBrackets(end.word)}. Begin again in Servers & tools, or with hearth mcp sign-in.`,
  de: (end) =>
    end.type === 'signed_in'
      ? `Hearth ist bei ${end.server} angemeldet. Du kannst dieses Fenster schließen.`
      : `Der Server hat Hearth nicht hereingelassen${inBrackets(end.word)}. Beginne neu unter Server & Werkzeuge oder mit hearth mcp sign-in.`,
}

const inBrackets = (word: string): string => (word === '' ? '' : ` (${word})`)

/** The one of ours that `Accept-Language` (RFC 9110 §12.5.4) wants most, of equals the first; English when it names none. */
function languageFor(acceptLanguage = ''): Language {
  const wishes = acceptLanguage.split(',').map(wishOf)
  const [first] = wishes.filter(({ weight }) => weight > 0).toSorted((a, b) => b.weight - a.weight)
  return first?.language ?? 'en'
}

/** `de-CH;q=0.8` as what it is to us; a language that is none of ours weighs nothing. */
function wishOf(range: string): { readonly language: Language | undefined; readonly weight: number } {
  const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const language = languages.find((ours) => tag === ours || tag.startsWith(`${ours}-`))
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  return { language, weight: language === undefined ? 0 : Number(weight ?? 1) }
}
