import { describe, expect, it } from 'vitest'
import { planOf, serverFlags } from '../../scripts/bootstrap/plan.mjs'

const needs = (...argv: readonly string[]): string => {
  const plan = planOf(argv)
  const needed = {
    page: plan.needsConsole,
    engine: plan.needsEngine,
    model: plan.needsModel,
    python: plan.needsPython,
    browser: plan.needsBrowser,
  }
  return Object.entries(needed)
    .flatMap(([name, isNeeded]) => (isNeeded ? [name] : []))
    .join(' ')
}

describe('what a command needs', () => {
  it.each([
    ['start', 'page engine model'],
    ['start --roles adapters', 'engine model'],
    ['start --roles=gateway,adapters,mcp', 'page engine model'],
    ['start --roles gateway,mcp', 'page'],
    ['start --roles=router', ''],
    ['start --help', ''],
    ['dev', 'page engine model'],
    ['dev --roles mcp', ''],
    ['build', ''],
    ['test', 'page engine model python browser'],
    ['accept', 'page engine model python browser'],
    ['check', 'engine'],
    ['bench --quick', ''],
    ['fuzz --seed 7', ''],
    ['cli serve', 'page engine model'],
    ['cli serve --roles gateway', 'page'],
    ['cli model fetch', 'engine'],
    ['cli ask hello --roles', ''],
    ['cli', ''],
  ])('npm runs %s: %s', (command, expected) => {
    expect(needs(...command.split(' '))).toBe(expected)
  })

  it('what serves gets the flags of a server, and nothing else does', () => {
    expect(planOf(['start']).nodeFlags).toEqual(serverFlags)
    expect(planOf(['cli', 'serve']).nodeFlags).toEqual(serverFlags)
    expect(planOf(['cli', 'ask', 'x']).nodeFlags).toEqual([])
    expect(planOf(['check']).nodeFlags).toEqual([])
  })

  it('passes arguments through, and watches files for development only', () => {
    expect(planOf(['cli', 'ask', 'two words', '--json'])).toMatchObject({
      script: 'clients/cli/main.ts',
      args: ['ask', 'two words', '--json'],
      nodeFlags: [],
    })
    expect(planOf(['dev', '--roles', 'mcp'])).toMatchObject({
      script: 'services/main.ts',
      args: ['--roles', 'mcp'],
      nodeFlags: [...serverFlags, '--watch', '--watch-preserve-output'],
    })
  })
})
