import { UriTemplate } from '@modelcontextprotocol/client'
import type { Audience } from '../aggregator.ts'
import type { Catalog, CatalogPrompt, CatalogTemplate } from '../catalog.ts'
import type { ToolRules } from '../views/refuse-tool.ts'

/** Who has what a client names, of all that its audience reaches. */
export class TargetFinder {
  readonly #rules: ToolRules
  readonly #templates = new WeakMap<CatalogTemplate, UriTemplate>()

  constructor(rules: ToolRules) {
    this.#rules = rules
  }

  prompt(catalog: Catalog, exposedName: string, audience: Audience): CatalogPrompt | undefined {
    const prompt = catalog.prompts.get(exposedName)
    return prompt !== undefined && this.#rules.reach(audience).server(prompt.server) ? prompt : undefined
  }

  /** The server that lists the resource, else the first with a template that fits. */
  resource(catalog: Catalog, uri: string, audience: Audience): string | undefined {
    const reach = this.#rules.reach(audience)
    const listed = catalog.resources.get(uri)?.server
    if (listed !== undefined && reach.server(listed)) return listed
    if (/^hearth:/i.test(uri)) return undefined
    return catalog.templates.find((template) => reach.server(template.server) && this.#fits(template, uri))?.server
  }

  template(catalog: Catalog, uriTemplate: string, audience: Audience): string | undefined {
    const reach = this.#rules.reach(audience)
    return catalog.templates.find(({ server, exposed }) => exposed.uriTemplate === uriTemplate && reach.server(server))
      ?.server
  }

  #fits(template: CatalogTemplate, uri: string): boolean {
    const pattern = this.#templates.get(template) ?? new UriTemplate(template.exposed.uriTemplate)
    this.#templates.set(template, pattern)
    try {
      return pattern.match(uri) !== null
    } catch {
      return false
    }
  }
}
