import type { CallToolResult, Tool } from '@modelcontextprotocol/server'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import type { Principal, Scope } from '../../../services/common/contracts/principal.ts'
import type { OwnCall, OwnTool } from '../../../services/mcp/endpoint/own-parts.ts'

const ajv = new Ajv2020({ strict: false })

/** Somebody with these scopes; by default all of a member. */
export function caller(
  user: string,
  scopes: readonly Scope[] = ['chat', 'read', 'settings', 'devices', 'tools'],
  role: Principal['role'] = 'member',
): Principal {
  return { id: `user:${user}`, user, role, scopes, credentialId: 'tok_1' }
}

export const admin = caller('admin', ['admin'], 'admin')

/**
 * Calls a tool as the endpoint does: arguments fit its schema, and what it answers fits the schema it promised.
 * Without a principal it is the admin.
 */
export async function callOwn(
  tools: readonly OwnTool[],
  name: string,
  args: Readonly<Record<string, unknown>>,
  call: Partial<OwnCall> = {},
): Promise<CallToolResult> {
  const tool = tools.find(({ definition }) => definition.name === name)
  if (tool === undefined) throw new Error(`there is no tool ${name}`)
  const whole = { principal: admin, audience: { profile: undefined }, signal: new AbortController().signal, ...call }
  const result = await tool.call(args, whole)
  if (result.isError !== true) expectFits(tool.definition, result)
  return result
}

/** What it answers, structured; a refusal fails the test. */
export async function answerOf(...call: Parameters<typeof callOwn>): Promise<Readonly<Record<string, unknown>>> {
  const { structuredContent, content, isError } = await callOwn(...call)
  expect(isError, JSON.stringify(content)).toBeUndefined()
  return Object(structuredContent)
}

/** The code of a refusal. */
export async function codeOf(...call: Parameters<typeof callOwn>): Promise<unknown> {
  const { isError, content, _meta } = await callOwn(...call)
  expect(isError, JSON.stringify(content)).toBe(true)
  expect(JSON.stringify(content)).toContain(String(_meta?.['hearth/code']))
  return _meta?.['hearth/code']
}

function expectFits({ outputSchema }: Tool, { structuredContent, content }: CallToolResult): void {
  const validate = ajv.compile(Object(outputSchema))
  expect(validate(structuredContent), JSON.stringify(validate.errors)).toBe(true)
  expect(content).toEqual([{ type: 'text', text: JSON.stringify(structuredContent) }])
}
