import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import type { Command, Input } from '../command.ts'
import { table } from '../help.ts'
import { addressOptions, findHouse } from '../house-address.ts'
import { callRest, listAll } from '../rest.ts'

const tokenFields = {
  id: z.string(),
  name: z.string(),
  user: z.string().nullable(),
  role: z.string(),
  scopes: z.array(z.string()),
  expires_at: z.number().nullable(),
  last_used_at: z.number().nullable(),
}
const token = z.object(tokenFields)
const createdToken = z.object({ ...tokenFields, secret: z.string() })

const DAY_MS = 86_400_000

export const tokenCreate: Command = {
  name: 'token create',
  summary: 'Makes a token for a program; its secret is shown once',
  args: ['<name>'],
  options: {
    user: { type: 'string', value: 'NAME', meaning: 'Whose token it is; default: its own principal' },
    role: { type: 'string', value: 'ROLE', meaning: "admin, member or guest; default: the user's, or member" },
    scope: {
      type: 'string',
      value: 'SCOPE',
      meaning: 'chat, read, settings, devices, tools or admin; may be repeated',
      multiple: true,
    },
    days: { type: 'string', value: 'N', meaning: 'How long it is good; default: for ever' },
    json: { type: 'boolean', meaning: 'Prints one JSON object' },
    ...addressOptions,
  },
  examples: ['hearth token create kitchen-panel --scope chat --scope read', 'hearth token create backup --days 30'],
  run: async (input, context) => {
    const body = creationOf(input)
    const house = await findHouse(input, context)
    const made = await callRest(house, { method: 'POST', path: '/tokens', body, answer: createdToken }, context.signal)
    if (input.flag('json')) await context.terminal.write(`${JSON.stringify(made)}\n`)
    else await context.terminal.write(`${made.secret}\n`)
    context.terminal.note(
      `Token ${made.id} (${made.role}: ${made.scopes.join(', ')}). Keep the secret: it is not shown again.`,
    )
    return 'ok'
  },
}

function creationOf(input: Input): object {
  const days = input.text('days')
  if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days)) throw new CliError('usage', '--days takes a whole number')
  const [user, role, scopes] = [input.text('user'), input.text('role'), input.texts('scope')]
  return {
    name: input.args[0],
    ...(user === undefined ? {} : { user }),
    ...(role === undefined ? {} : { role }),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(days === undefined ? {} : { expires_at: Date.now() + Number(days) * DAY_MS }),
  }
}

export const tokenList: Command = {
  name: 'token list',
  summary: 'Lists the tokens, without their secrets',
  args: [],
  options: { json: { type: 'boolean', meaning: 'Prints a JSON list' }, ...addressOptions },
  examples: ['hearth token list'],
  run: async (input, context) => {
    const found = await listAll(await findHouse(input, context), '/tokens', token, context.signal)
    await context.terminal.write(input.flag('json') ? `${JSON.stringify(found)}\n` : `${table(found.map(rowOf))}\n`)
    return 'ok'
  },
}

function rowOf({
  id,
  name,
  user,
  role,
  scopes,
  expires_at,
  last_used_at,
}: z.output<typeof token>): readonly [string, string] {
  const until = expires_at === null ? 'for ever' : `until ${new Date(expires_at).toISOString()}`
  const used = last_used_at === null ? 'never used' : `used ${new Date(last_used_at).toISOString()}`
  return [id, `${name} (${user ?? 'no user'}, ${role}: ${scopes.join(', ')}) ${until}, ${used}`]
}

export const tokenRevoke: Command = {
  name: 'token revoke',
  summary: 'Ends a token and every session that it opened',
  args: ['<id>'],
  options: addressOptions,
  examples: ['hearth token revoke tok_0123'],
  run: async (input, context) => {
    const house = await findHouse(input, context)
    const path = `/tokens/${encodeURIComponent(input.args[0] ?? '')}`
    await callRest(house, { method: 'DELETE', path, answer: z.unknown() }, context.signal)
    context.terminal.note('Revoked.')
    return 'ok'
  },
}
