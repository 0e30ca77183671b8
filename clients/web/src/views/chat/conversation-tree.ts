/** A message in its conversation: several children of one parent are branches. */
export interface TreeNode {
  readonly id: string
  readonly parentId: string | null
}

/** A message on the way shown, and which of its branches it is. */
export interface PathStep<Node extends TreeNode> {
  readonly node: Node
  /** Ids, oldest first; one when there is no choice. */
  readonly branches: readonly string[]
  /** In `branches`, from 0. */
  readonly position: number
}

/** Which child is shown under a message that has several; the key null: which beginning. */
export type ChosenBranches = ReadonlyMap<string | null, string>

/**
 * The messages from a beginning to a leaf. Where nothing is chosen, the branch with the newest message is taken. `nodes`
 * are oldest first; one whose parent does not stand before it counts as a beginning.
 */
export function shownPath<Node extends TreeNode>(
  nodes: readonly Node[],
  chosen: ChosenBranches,
): readonly PathStep<Node>[] {
  const tree = createTree(nodes)
  const steps: PathStep<Node>[] = []
  let parent: string | null = null
  for (let step = stepUnder(tree, parent, chosen); step !== undefined; step = stepUnder(tree, parent, chosen)) {
    steps.push(step)
    parent = step.node.id
  }
  return steps
}

/** `chosen`, so that the path leads to `id`, wherever there is a choice. Unknown ids change nothing. */
export function chooseWayTo(nodes: readonly TreeNode[], chosen: ChosenBranches, id: string): ChosenBranches {
  const tree = createTree(nodes)
  const next = new Map(chosen)
  for (let at: string | null = tree.has(id) ? id : null; at !== null; at = tree.parentOf(at)) {
    const parent = tree.parentOf(at)
    if (tree.childrenOf(parent).length > 1) next.set(parent, at)
  }
  return next
}

interface Tree<Node extends TreeNode> {
  has(id: string): boolean
  /** Null of a beginning. */
  parentOf(id: string): string | null
  /** Of null: the beginnings. */
  childrenOf(id: string | null): readonly Node[]
  /** Place in `nodes` of the newest message at or under this one. */
  newestUnder(id: string): number
}

function createTree<Node extends TreeNode>(nodes: readonly Node[]): Tree<Node> {
  const places = new Map(nodes.map((node, place) => [node.id, place]))
  const parents = new Map(nodes.map((node, place) => [node.id, earlierParent(places, node, place)]))
  const parentOf = (id: string) => parents.get(id) ?? null
  const children = Map.groupBy(nodes, (node) => parentOf(node.id))
  const newest = new Map(places)
  for (const { id } of nodes.toReversed()) {
    const parent = parentOf(id)
    if (parent !== null) newest.set(parent, Math.max(newest.get(parent) ?? 0, newest.get(id) ?? 0))
  }
  return {
    has: (id) => places.has(id),
    parentOf,
    childrenOf: (id) => children.get(id) ?? [],
    newestUnder: (id) => newest.get(id) ?? 0,
  }
}

function earlierParent(places: ReadonlyMap<string, number>, node: TreeNode, place: number): string | null {
  if (node.parentId === null) return null
  return (places.get(node.parentId) ?? place) < place ? node.parentId : null
}

function stepUnder<Node extends TreeNode>(
  tree: Tree<Node>,
  parent: string | null,
  chosen: ChosenBranches,
): PathStep<Node> | undefined {
  const children = tree.childrenOf(parent)
  const newest = children.toSorted((a, b) => tree.newestUnder(b.id) - tree.newestUnder(a.id))[0]
  const node = children.find((child) => child.id === chosen.get(parent)) ?? newest
  if (node === undefined) return undefined
  return { node, branches: children.map((child) => child.id), position: children.indexOf(node) }
}
