import type { Prompt } from '@modelcontextprotocol/client'
import { exposeName } from '../exposure/expose-name.ts'

/** Where the kept form of a prompt holds the name that clients see; it is never sent. */
const key = 'hearth/exposed_name'

export const exposedPromptName = (prompt: Prompt): string => {
  const name = prompt._meta?.[key]
  return typeof name === 'string' ? name : prompt.name
}

/** The prompts with the names that clients see: those they had, else new ones that are free. */
export function namePrompts(
  server: string,
  prompts: readonly Prompt[],
  before: readonly Prompt[],
  isTaken: (exposedName: string) => boolean,
): readonly Prompt[] {
  const names = new Map(before.map((prompt) => [prompt.name, exposedPromptName(prompt)]))
  const used = new Set<string>()
  const isUsed = (name: string): boolean => isTaken(name) || used.has(name)
  for (const prompt of prompts) used.add(names.get(prompt.name) ?? '')
  for (const prompt of prompts.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (names.has(prompt.name)) continue
    const name = exposeName({ server, name: prompt.name }, isUsed)
    names.set(prompt.name, name)
    used.add(name)
  }
  return prompts.map((prompt) => ({
    ...prompt,
    _meta: { ...prompt._meta, [key]: names.get(prompt.name) ?? prompt.name },
  }))
}

/** What a client gets of it. */
export function exposePrompt(server: string, prompt: Prompt): Prompt {
  const { [key]: _, ...meta } = prompt._meta ?? {}
  return {
    ...prompt,
    name: exposedPromptName(prompt),
    title: `${prompt.title ?? prompt.name} (${server})`,
    _meta: { ...meta, 'hearth/server': server, 'hearth/prompt': prompt.name },
  }
}
