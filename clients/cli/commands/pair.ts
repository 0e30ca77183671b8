import { z } from 'zod'
import type { Config } from '../../../services/common/config/config-schema.ts'
import { loadConfig } from '../../../services/common/config/load-config.ts'
import { isLoopback } from '../../../services/common/http/is-loopback.ts'
import type { Command } from '../command.ts'
import { table } from '../help.ts'
import { addressOptions, findHouse, hostInUrl } from '../house-address.ts'
import { callRest } from '../rest.ts'

const pairing = z.object({ code: z.string(), expires_at: z.number() })

export const pair: Command = {
  name: 'pair',
  summary: 'Makes a single-use code that lets a new device in',
  args: [],
  options: {
    user: { type: 'string', value: 'NAME', meaning: 'Whose device it will be; default: admin' },
    json: { type: 'boolean', meaning: 'Prints one JSON object' },
    ...addressOptions,
  },
  examples: ['hearth pair', 'hearth pair --user anna'],
  run: async (input, context) => {
    const house = await findHouse(input, context)
    const body = { user: input.text('user') ?? 'admin' }
    const { code, expires_at } = await callRest(
      house,
      { method: 'POST', path: '/pairings', body, answer: pairing },
      context.signal,
    )
    const link = `${linkBase(house.url, loadConfig(context).config)}/#pair=${code}`
    const rows = [
      ['link', link],
      ['code', code],
      ['good until', new Date(expires_at).toISOString()],
    ] as const
    await context.terminal.write(
      input.flag('json') ? `${JSON.stringify({ link, code, expires_at, user: body.user })}\n` : `${table(rows)}\n`,
    )
    return 'ok'
  },
}

/** A server that is open to the LAN has a name there; a phone cannot follow a link to 127.0.0.1. */
function linkBase(url: string, { gateway }: Config): string {
  const { hostname, port, protocol } = new URL(url)
  const name = gateway.allowed_hosts.find((host) => !isLoopback(host))
  if (!isLoopback(hostname) || isLoopback(gateway.host) || name === undefined) return url
  return `${protocol}//${hostInUrl(name)}${port === '' ? '' : `:${port}`}`
}
