import { parseArgs } from 'node:util'
import { CliError } from './cli-error.ts'
import type { Command, Input } from './command.ts'

/** Every command has it. */
export const helpOption = { type: 'boolean', meaning: 'Shows this help' } as const

/** @throws CliError `usage` naming what is wrong and where the help is. */
export function parseInput(command: Command, argv: readonly string[]): Input {
  if (command.passesOn === true) return passedOn(argv)
  const { values, positionals } = readArguments(command, argv)
  const required = command.args.filter((name) => !name.startsWith('['))
  if (positionals.length < required.length) throw usage(command, `${required[positionals.length]} is missing`)
  if (positionals.length > command.args.length) {
    throw usage(command, `"${positionals[command.args.length]}" is one too many; put a text with spaces in quotes`)
  }
  const all = (option: string): readonly (string | boolean)[] => [values[option] ?? []].flat()
  return {
    args: positionals,
    texts: (option) => all(option).filter((value) => typeof value === 'string'),
    text: (option) =>
      all(option)
        .filter((value) => typeof value === 'string')
        .at(-1),
    flag: (option) => all(option).includes(true),
  }
}

function passedOn(args: readonly string[]): Input {
  return { args, text: () => undefined, texts: () => [], flag: () => false }
}

interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>
  readonly positionals: readonly string[]
}

function readArguments(command: Command, argv: readonly string[]): Arguments {
  const options = Object.entries(command.options).map(([name, { type, multiple = false }]) => [
    name,
    { type, multiple },
  ])
  try {
    return parseArgs({ args: [...argv], options: Object.fromEntries(options), allowPositionals: true, strict: true })
  } catch (error) {
    const [sentence = 'wrong usage'] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw usage(command, sentence)
  }
}

const usage = ({ name }: Command, problem: string): CliError =>
  new CliError('usage', `${problem}. See: hearth ${name} --help`)
