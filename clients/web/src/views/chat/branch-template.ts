import { html, nothing } from 'lit'
import { ChevronLeft, ChevronRight } from 'lucide'
import type { Translate } from '../../app/translate.ts'
import { actionTemplate } from './action-template.ts'
import type { PathStep, TreeNode } from './conversation-tree.ts'

/** Which of several versions is shown, with the way to the ones beside it; nothing when there is only one. */
export function branchTemplate<Node extends TreeNode>(
  { branches, position }: PathStep<Node>,
  translate: Translate,
  choose: (nodeId: string) => void,
) {
  if (branches.length < 2) return nothing
  const values = { position: position + 1, count: branches.length }
  const towards = (offset: -1 | 1) => {
    const nodeId = branches[position + offset]
    return actionTemplate({
      icon: offset < 0 ? ChevronLeft : ChevronRight,
      label: translate(offset < 0 ? 'chat.branchPrevious' : 'chat.branchNext'),
      isDisabled: nodeId === undefined,
      run: () => nodeId !== undefined && choose(nodeId),
    })
  }
  return html`
    <span class="branches" role="group" aria-labelledby="branch">
      <span id="branch" class="unseen">${translate('chat.branch', values)}</span>
      ${towards(-1)}
      <span class="meta" aria-hidden="true">${values.position}/${values.count}</span>
      ${towards(1)}
    </span>
  `
}
