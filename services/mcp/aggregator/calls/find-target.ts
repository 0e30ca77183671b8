import type { Audience } from '../aggregator.ts'
import { reachedResource } from '../catalog/reached-resource.ts'
import type { Catalog, CatalogPrompt, CatalogTemplate } from '../catalog.ts'
import type { ToolRules } from '../views/refuse-tool.ts'
import { LinkedResources } from './linked-resources.ts'
import { fitsUri, parseUriTemplate, type UriPattern } from './uri-pattern.ts'

/** Who has what a client names, of all that its audience reaches. */
export class TargetFinder {
  readonly #rules: ToolRules
  readonly #templates = new WeakMap<CatalogTemplate, UriPattern>()
  readonly #linked = new LinkedResources()

  constructor(rules: ToolRules) {
    this.#rules = rules
  }

  prompt(catalog: Catalog, exposedName: string, audience: Audience): CatalogPrompt | undefined {
    const prompt = catalog.prompts.get(exposedName)
    return prompt !== undefined && this.#rules.reach(audience).server(prompt.server) ? prompt : undefined
  }

  /** Links in an answer lead to the server that gave it. */
  remember(server: string, result: object): void {
    this.#linked.remember(server, result)
  }

  /** The first server that lists the resource, else the first with a template that fits, else the last whose answer linked to it. */
  resource(catalog: Catalog, uri: string, audience: Audience): string | undefined {
    const reach = this.#rules.reach(audience)
    const listed = reachedResource(catalog, uri, reach.server)
    if (listed !== undefined) return listed.server
    if (/^hearth:/i.test(uri)) return undefined
    const fitting = catalog.templates.find((template) => reach.server(template.server) && this.#fits(template, uri))
    const server = fitting?.server ?? this.#linked.server(uri)
    return server !== undefined && reach.server(server) && catalog.servers.get(server)?.enabled ? server : undefined
  }

  template(catalog: Catalog, uriTemplate: string, audience: Audience): string | undefined {
    const reach = this.#rules.reach(audience)
    return catalog.templates.find(({ server, exposed }) => exposed.uriTemplate === uriTemplate && reach.server(server))
      ?.server
  }

  #fits(template: CatalogTemplate, uri: string): boolean {
    const pattern = this.#templates.get(template) ?? parseUriTemplate(template.exposed.uriTemplate)
    if (pattern === undefined) return false
    this.#templates.set(template, pattern)
    return fitsUri(pattern, uri)
  }
}
