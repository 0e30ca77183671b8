import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/server'
import type { Aggregator, View } from '../../aggregator/aggregator.ts'
import { hasScope } from '../../api/access.ts'
import type { OwnParts } from '../endpoint-deps.ts'
import type { OwnTool } from '../own-parts.ts'
import type { Caller } from './ask.ts'

/** Tools, prompts and resources of upstreams need this scope; `admin` includes it. */
export const mayUseUpstreams = ({ principal }: Caller): boolean => hasScope(principal, ['tools'])

export const mayUseOwnTool = (tool: OwnTool, { principal }: Caller): boolean =>
  tool.anyOf.length === 0 || hasScope(principal, tool.anyOf)

/** What each caller may see, in a stable order: our own parts first. */
export class Lists {
  readonly #aggregator: Pick<Aggregator, 'view'>
  readonly #own: OwnParts

  constructor(aggregator: Pick<Aggregator, 'view'>, own: OwnParts) {
    this.#aggregator = aggregator
    this.#own = own
  }

  tools(caller: Caller): readonly Tool[] {
    const own = this.#own.tools.filter((tool) => mayUseOwnTool(tool, caller)).map(({ definition }) => definition)
    const view = this.view(caller)
    return view === undefined ? own : [...own, ...view.tools.map(({ exposed }) => exposed)]
  }

  prompts(caller: Caller): readonly Prompt[] {
    return this.view(caller)?.prompts.map(({ exposed }) => exposed) ?? []
  }

  async resources(caller: Caller): Promise<readonly Resource[]> {
    const own = await this.#own.resources.list(caller.principal)
    return [...own, ...(this.view(caller)?.resources.map(({ exposed }) => exposed) ?? [])]
  }

  templates(caller: Caller): readonly ResourceTemplateType[] {
    const view = this.view(caller)
    return [...this.#own.resources.templates, ...(view?.templates.map(({ exposed }) => exposed) ?? [])]
  }

  /** What upstreams offer to the caller; undefined: it may use none. */
  view(caller: Caller): View | undefined {
    return mayUseUpstreams(caller) ? this.#aggregator.view(caller.audience) : undefined
  }
}
