import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { helpOption } from './parse-input.ts'

/** `hearth help`: all commands, and what exit codes mean. */
export function overviewText(commands: readonly Command[]): string {
  const rows = commands.map((command) => [signature(command), command.summary] as const)
  return `Hearth: the AI and home backend of one LAN.

Usage: hearth <command> [options]        (or: npm run -s hearth -- <command> [options])

Commands:
${table(rows)}

hearth help <command> and hearth <command> --help say more.

Address and token come from the configuration of this machine: gateway.host and gateway.port, or what the running
server wrote to <data_dir>/address, and <data_dir>/admin-token. HEARTH_URL and HEARTH_TOKEN name others.

Exit codes:
${table(Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning] as const))}
`
}

/** `hearth help <command>`. */
export function commandText(command: Command): string {
  const options = Object.entries({ ...command.options, help: helpOption }).map(([name, option]) => {
    const value = 'value' in option && option.value !== undefined ? ` ${option.value}` : ''
    return [`--${name}${value}`, option.meaning] as const
  })
  const examples = command.examples.map((example) => `  ${example}`).join('\n')
  return `${command.summary}

Usage: hearth ${signature(command)}${options.length > 1 && command.passesOn !== true ? ' [options]' : ''}

Options:
${table(options)}

Examples:
${examples}

Exit codes: ${Object.values(exitCodes)
    .map(({ code, meaning }) => `${code} ${meaning}`)
    .join(', ')}.
`
}

/** Commands that begin with a word, such as those of `hearth model`. */
export function groupText(group: string, commands: readonly Command[]): string {
  return `Usage: hearth ${group} <command>

${table(commands.map((command) => [signature(command), command.summary] as const))}
`
}

const signature = ({ name, args }: Command): string => [name, ...args].join(' ')

export function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
