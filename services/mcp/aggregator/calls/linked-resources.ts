const maxKept = 10_000
const maxUri = 2048

/** Which server answered with a link to a resource that is in no list; the newest are kept. */
export class LinkedResources {
  readonly #servers = new Map<string, string>()

  remember(server: string, result: object): void {
    for (const uri of linksIn(result)) {
      this.#servers.delete(uri)
      this.#servers.set(uri, server)
    }
    for (const oldest of this.#servers.keys()) {
      if (this.#servers.size <= maxKept) return
      this.#servers.delete(oldest)
    }
  }

  server(uri: string): string | undefined {
    return this.#servers.get(uri)
  }
}

/** What is read again is read as it was said: `resource_link` blocks of the specification, server/tools. */
function linksIn(result: object): readonly string[] {
  const content: unknown = 'content' in result ? result.content : undefined
  if (!Array.isArray(content)) return []
  return content.flatMap((block: unknown) => {
    const isLink = typeof block === 'object' && block !== null && 'type' in block && block.type === 'resource_link'
    return isLink && 'uri' in block && typeof block.uri === 'string' && block.uri.length <= maxUri ? [block.uri] : []
  })
}
