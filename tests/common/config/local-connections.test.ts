import { expect, test } from 'vitest'
import { HouseFolder } from './house-folder.ts'

const problems = (keys: string): readonly string[] => {
  using house = new HouseFolder(`adapters: { local: { connections: { mine: { ${keys} } } } }\n`)
  return house.problems()
}
const server = 'base_url: "http://127.0.0.1:11434/v1"'

test.each([
  ['models_dir: models, context_tokens: 8192, sequences: 2, threads: 2'],
  [`${server}, flavor: ollama, api_key: k, num_ctx: 8192`],
  [`${server}, flavor: llamacpp`],
])('a connection of one kind is well: %s', (keys) => {
  expect(problems(keys)).toEqual([])
})

test.each([
  [`${server}, sequences: 2`, 'sequences', 'about the embedded engine'],
  [`${server}, models_dir: models`, 'models_dir', 'about the embedded engine'],
  ['flavor: ollama', 'flavor', 'set base_url'],
  ['num_ctx: 8192', 'num_ctx', 'set base_url'],
  ['api_key: k', 'api_key', 'set base_url'],
  [`${server}, num_ctx: 8192`, 'num_ctx', 'set flavor: ollama'],
])('keys of the other kind are named: %s', (keys, key, advice) => {
  const [problem, ...others] = problems(keys)
  expect(problem).toContain(`adapters.local.connections.mine.${key}`)
  expect(problem).toContain(advice)
  expect(others).toEqual([])
})
