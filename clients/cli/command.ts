import type { Exit } from './exit-codes.ts'

/** Where a command reads and writes; a test or the real process gives it. */
export interface Terminal {
  /** Standard input; opened only when it is read. */
  input(): NodeJS.ReadableStream
  /** The result, for programs. Resolves when it may be written to again. */
  write(text: string): Promise<void>
  /** What a person should know, as whole lines. */
  note(line: string): void
  /** A line on a terminal that the next one replaces; nothing elsewhere. Empty: removes it. */
  progress(line: string): void
}

export interface Context {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the configuration is looked for. */
  readonly cwd: string
  /** Where files that the person names start: npm runs us elsewhere. */
  readonly userDir: string
  /** Aborts at the first Ctrl-C, SIGTERM, or when nobody reads the result any more. */
  readonly signal: AbortSignal
}

export interface Option {
  readonly type: 'string' | 'boolean'
  /** Name of the value in help, such as `FILE`. */
  readonly value?: string
  readonly meaning: string
  /** May be given several times. */
  readonly multiple?: boolean
}

export interface Input {
  readonly args: readonly string[]
  /** The value of an option; the last one when it was given several times. */
  text(option: string): string | undefined
  /** All values of an option that may be given several times. */
  texts(option: string): readonly string[]
  flag(option: string): boolean
}

/** One command of the table: everything that help says, and what it does. */
export interface Command {
  /** One or two words, such as `model fetch`. */
  readonly name: string
  readonly summary: string
  /** Names of the positional arguments, such as `"<text>"`; one that may be left out begins with `[`. */
  readonly args: readonly string[]
  /** Everything after the name is passed on as it is. */
  readonly passesOn?: true
  readonly options: Readonly<Record<string, Option>>
  readonly examples: readonly string[]
  run(input: Input, context: Context): Promise<Exit | number>
}
