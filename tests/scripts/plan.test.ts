import { describe, expect, it } from 'vitest'
import { planOf, serverFlags } from '../../scripts/bootstrap/plan.mjs'

const needs = (...argv: readonly string[]): string => {
  const { needsEngine, needsModel, needsPython } = planOf(argv)
  return [needsEngine ? 'engine' : '', needsModel ? 'model' : '', needsPython ? 'python' : ''].join(' ').trim()
}

describe('what a command needs', () => {
  it.each([
    ['start', 'engine model'],
    ['start --roles adapters', 'engine model'],
    ['start --roles=gateway,adapters,mcp', 'engine model'],
    ['start --roles gateway,mcp', ''],
    ['start --roles=router', ''],
    ['start --help', ''],
    ['dev', 'engine model'],
    ['dev --roles mcp', ''],
    ['test', 'engine model python'],
    ['accept', 'engine model python'],
    ['check', 'engine'],
    ['bench --quick', ''],
    ['fuzz --seed 7', ''],
    ['cli serve', 'engine model'],
    ['cli serve --roles gateway', ''],
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
