import type { Catalog, CatalogResource } from '../catalog.ts'

/** The first resource of the URI whose server is reached. */
export function reachedResource(
  { resources, otherResources }: Pick<Catalog, 'resources' | 'otherResources'>,
  uri: string,
  isReached: (server: string) => boolean,
): CatalogResource | undefined {
  const first = resources.get(uri)
  if (first === undefined || isReached(first.server)) return first
  return otherResources?.get(uri)?.find(({ server }) => isReached(server))
}
