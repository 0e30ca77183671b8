export interface FilledText {
  readonly text: string
  /** Names without a value and without a default, in the order of the text; each left nothing in its place. */
  readonly missing: readonly string[]
}

/** `${NAME}`, `${NAME:-default}`; `$${` stands for a plain `${`. */
const PATTERN = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

/** Puts values in the places of the names. */
export function fillText(text: string, lookUp: (name: string) => string | undefined): FilledText {
  const missing: string[] = []
  const filled = text.replace(PATTERN, (match, name: string | undefined, fallback: string | undefined) => {
    if (name === undefined) return match.slice(1)
    const value = lookUp(name) ?? fallback
    if (value === undefined) missing.push(name)
    return value ?? ''
  })
  return { text: filled, missing }
}

/** All names that a text refers to, those with a default too. */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(PATTERN)].flatMap(([, name]) => (name === undefined ? [] : [name]))
