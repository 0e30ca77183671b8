import { parseEnv } from 'node:util'

/** One name of the environment or of a .env file. `place` is how a message names it. */
export interface Variable {
  readonly name: string
  readonly value: string
  readonly place: string
}

export type Variables = ReadonlyMap<string, Variable>

export interface DotenvText {
  readonly file: string
  readonly text: string
}

/**
 * Later wins: .env files in their order, then the environment. An empty value makes a name unset again, so
 * that a copied .env.example (names without values) sets nothing and an empty variable switches off what .env has.
 */
export function collectVariables(
  dotenvs: readonly DotenvText[],
  env: Readonly<Record<string, string | undefined>>,
): Variables {
  const layers = [
    ...dotenvs.map(({ file, text }) => ({ suffix: ` in ${file}`, values: parseEnv(text) })),
    { suffix: '', values: env },
  ]
  const found = new Map<string, Variable>()
  for (const { suffix, values } of layers) {
    for (const [name, value] of Object.entries(values)) {
      if (value === '') found.delete(name)
      else if (value !== undefined) found.set(name, { name, value, place: `${name}${suffix}` })
    }
  }
  return found
}
