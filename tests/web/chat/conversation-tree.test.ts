import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseWayTo, shownPath, type TreeNode } from '../../../clients/web/src/views/chat/conversation-tree.ts'

const node = (id: string, parentId: string | null): TreeNode => ({ id, parentId })
const ids = (nodes: readonly TreeNode[], chosen: Parameters<typeof shownPath>[1] = new Map()) =>
  shownPath(nodes, chosen).map((step) => step.node.id)

const forked = [
  node('q1', null),
  node('a1', 'q1'),
  node('q2', 'a1'),
  node('a2', 'q2'),
  node('q2b', 'a1'),
  node('a2b', 'q2b'),
]

describe('the tree of a conversation', () => {
  it('shows nothing of nothing', () => {
    expect(shownPath([], new Map())).toEqual([])
  })

  it('shows the branch with the newest message', () => {
    expect(ids(forked)).toEqual(['q1', 'a1', 'q2b', 'a2b'])
    expect(ids([...forked, node('q3', 'a2')])).toEqual(['q1', 'a1', 'q2', 'a2', 'q3'])
  })

  it('says which of how many versions each message is', () => {
    const steps = shownPath(forked, new Map())
    expect(steps.map(({ position, branches }) => [position, branches])).toEqual([
      [0, ['q1']],
      [0, ['a1']],
      [1, ['q2', 'q2b']],
      [0, ['a2b']],
    ])
  })

  it('shows the chosen branch down to its newest message, also the chosen beginning', () => {
    expect(ids(forked, chooseWayTo(forked, new Map(), 'q2'))).toEqual(['q1', 'a1', 'q2', 'a2'])
    const beginnings = [...forked, node('other', null), node('q2c', 'a1')]
    expect(ids(beginnings, chooseWayTo(beginnings, new Map(), 'other'))).toEqual(['other'])
    expect(ids(beginnings)).toEqual(['q1', 'a1', 'q2c'])
  })

  it('remembers the choice under a branch that was left', () => {
    const nodes = [...forked, node('q3', 'a2'), node('q3b', 'a2'), node('late', 'a2b')]
    const chosen = chooseWayTo(nodes, new Map(), 'q3')
    const away = chooseWayTo(nodes, chosen, 'a2b')
    expect(ids(nodes, away)).toEqual(['q1', 'a1', 'q2b', 'a2b', 'late'])
    expect(ids(nodes, chooseWayTo(nodes, away, 'q2'))).toEqual(['q1', 'a1', 'q2', 'a2', 'q3'])
  })

  it('leaves a choice of what is gone, or unknown, alone', () => {
    expect(ids(forked, new Map([['a1', 'gone']]))).toEqual(['q1', 'a1', 'q2b', 'a2b'])
    expect(chooseWayTo(forked, new Map(), 'gone')).toEqual(new Map())
  })

  it('counts a message whose parent is missing or comes later as a beginning', () => {
    expect(ids([node('a', 'missing')])).toEqual(['a'])
    expect(ids([node('a', 'b'), node('b', 'a')])).toEqual(['a', 'b'])
    expect(ids([node('a', 'a')])).toEqual(['a'])
  })

  it('leads to any message that is chosen, and only along parents and children', () => {
    const trees = fc
      .array(fc.nat(), { minLength: 1, maxLength: 40 })
      .map((picks) =>
        picks.map((pick, index) => node(`n${index}`, index === 0 || pick % 7 === 0 ? null : `n${pick % index}`)),
      )
    fc.assert(
      fc.property(trees, fc.nat(), (nodes, pick) => {
        const target = nodes[pick % nodes.length]
        if (target === undefined) return
        const steps = shownPath(nodes, chooseWayTo(nodes, new Map(), target.id))
        expect(steps.map((step) => step.node.id)).toContain(target.id)
        for (const [index, step] of steps.entries()) {
          expect(step.node.parentId).toBe(steps[index - 1]?.node.id ?? null)
          expect(step.branches[step.position]).toBe(step.node.id)
        }
        expect(nodes.some(({ parentId }) => parentId === steps.at(-1)?.node.id)).toBe(false)
      }),
      { verbose: true },
    )
  })

  it('shows the newest message when nothing is chosen', () => {
    const chains = fc
      .array(fc.nat(), { minLength: 1, maxLength: 40 })
      .map((picks) => picks.map((pick, index) => node(`n${index}`, index === 0 ? null : `n${pick % index}`)))
    fc.assert(
      fc.property(chains, (nodes) => {
        expect(ids(nodes).at(-1)).toBe(nodes.at(-1)?.id)
      }),
      { verbose: true },
    )
  })
})
