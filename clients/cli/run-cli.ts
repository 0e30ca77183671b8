import { CliError, toCliError } from './cli-error.ts'
import { cliVersion } from './cli-version.ts'
import type { Command, Context } from './command.ts'
import { commands } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { commandText, groupText, overviewText } from './help.ts'
import { parseInput } from './parse-input.ts'

/** Runs one command line; resolves with the exit code. Everything thrown is told on standard error. */
export async function runCli(argv: readonly string[], context: Context): Promise<number> {
  try {
    const exit = await dispatch(argv, context)
    return typeof exit === 'number' ? exit : exitCodes[exit].code
  } catch (error) {
    if (context.signal.aborted) return exitCodes.interrupted.code
    const { exit, message, code } = toCliError(error)
    context.terminal.progress('')
    context.terminal.note(code === undefined ? message : `${message} [${code}]`)
    return exitCodes[exit].code
  }
}

async function dispatch(argv: readonly string[], context: Context): ReturnType<Command['run']> {
  const { terminal } = context
  const asksHelp = argv[0] === undefined || argv[0] === 'help' || isHelp(argv[0])
  const words = asksHelp ? argv.slice(1) : argv
  if (argv[0] === '--version') {
    await terminal.write(`${cliVersion()}\n`)
    return 'ok'
  }
  if (asksHelp && words.length === 0) {
    await terminal.write(overviewText(commands))
    return 'ok'
  }
  const found = findCommand(words)
  if (found === undefined) return explainGroup(words, context)
  if (asksHelp || wantsHelp(found.rest)) {
    await terminal.write(commandText(found.command))
    return 'ok'
  }
  return found.command.run(parseInput(found.command, found.rest), context)
}

const isHelp = (word: string): boolean => word === '--help' || word === '-h'

/** Anywhere before `--`: what follows that is the command's own text. */
function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? args.length : end).some(isHelp)
}

function findCommand(
  words: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } | undefined {
  const command = commands.find(({ name }) => name.split(' ').every((word, index) => words[index] === word))
  return command === undefined ? undefined : { command, rest: words.slice(command.name.split(' ').length) }
}

/** `hearth model` alone: its commands. Anything else is unknown. */
async function explainGroup(words: readonly string[], { terminal }: Context): Promise<'ok'> {
  const [group = '', ...rest] = words
  const members = commands.filter(({ name }) => name.startsWith(`${group} `))
  if (members.length === 0) throw new CliError('usage', `There is no command "${group}". See: hearth help`)
  const unknown = rest.find((word) => !isHelp(word))
  if (unknown !== undefined)
    throw new CliError('usage', `There is no command "${group} ${unknown}". See: hearth ${group} --help`)
  if (rest.length === 0)
    throw new CliError('usage', `${groupText(group, members)}\nA command is missing after "${group}".`)
  await terminal.write(groupText(group, members))
  return 'ok'
}
