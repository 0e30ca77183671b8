import { describe, expect, it } from 'vitest'
import { configSchema } from '../../services/common/config/config-schema.ts'
import { parseRoles, wiringProblems } from '../../services/composition/roles.ts'

const config = configSchema.parse({})

describe('the roles of a process', () => {
  it('are all of them without --roles', () => {
    expect([...parseRoles([])]).toEqual(['gateway', 'router', 'adapters', 'mcp'])
  })

  it.each([[['--roles', 'gateway,mcp']], [['--roles=gateway, mcp']]])('are read from %j', (argv) => {
    expect([...parseRoles(argv)]).toEqual(['gateway', 'mcp'])
  })

  it.each([[['--roles', 'gatway']], [['--rolls', 'mcp']], [['serve']]])('refuse %j and say what is allowed', (argv) => {
    expect(() => parseRoles(argv)).toThrow(/Usage: .*gateway,router,adapters,mcp/)
  })

  it('need nothing when one process runs them all', () => {
    expect(wiringProblems({ roles: parseRoles([]), config, clusterToken: undefined })).toEqual([])
  })

  it('name every endpoint and the cluster token that a part of them needs', () => {
    const problems = wiringProblems({ roles: new Set(['gateway', 'mcp']), config, clusterToken: undefined })
    expect(problems.join('\n')).toMatch(/HEARTH_ENDPOINTS__ROUTER/)
    expect(problems.join('\n')).toMatch(/HEARTH_CLUSTER_TOKEN/)
    expect(problems).toHaveLength(2)
    expect(wiringProblems({ roles: new Set(['adapters']), config, clusterToken: 'x' })).toEqual([])
    expect(wiringProblems({ roles: new Set(['router']), config, clusterToken: 'x' })).toHaveLength(2)
  })
})
