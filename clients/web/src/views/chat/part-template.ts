import { html, nothing } from 'lit'
import { guard } from 'lit/directives/guard.js'
import { Brain, ShieldAlert, Wrench } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { icon } from '../../app/icon.ts'
import type { Translate } from '../../app/translate.ts'
import '../../markdown/hearth-markdown.ts'
import type { MarkdownLabels } from '../../markdown/labels.ts'
import type { PicturePart, ReasoningPart, ShownPart, ToolCallPart } from './answer-view.ts'
import './hearth-picture.ts'
import { durationText } from './units.ts'

export interface PartSurroundings {
  readonly context: AppContext
  /** What was asked. */
  readonly prompt: string
  /** The same object as long as the language is the same. */
  readonly labels: MarkdownLabels
}

/** One part of an answer. What is folded keeps its state while the part grows. */
export function partTemplate(part: ShownPart, around: PartSurroundings) {
  switch (part.kind) {
    case 'text':
      return html`<hearth-markdown .labels=${around.labels} .text=${part.text} .streaming=${part.isGrowing}></hearth-markdown>`
    case 'refusal':
      return refusal(part.text, around.context.translate)
    case 'reasoning':
      return reasoning(part, around)
    case 'tool_call':
      return toolCall(part, around.context.translate)
    case 'picture':
      return picture(part, around)
  }
}

function refusal(text: string, translate: Translate) {
  return html`
    <div class="refusal">
      <p class="meta">${guard([], () => icon(ShieldAlert))}${translate('chat.refused')}</p>
      <p class="plain">${text}</p>
    </div>
  `
}

function reasoning(part: ReasoningPart, { context }: PartSurroundings) {
  const { translate } = context
  return html`
    <details class="fold">
      <summary class="meta ${part.isGrowing ? 'growing' : ''}">${guard([], () => icon(Brain))}${reasoningLabel(part, translate)}</summary>
      <p class="plain meta">${part.text}</p>
    </details>
  `
}

function reasoningLabel({ isGrowing, durationMs }: ReasoningPart, translate: Translate): string {
  if (isGrowing) return translate('chat.thinking')
  if (durationMs === undefined) return translate('chat.thought')
  return translate('chat.thoughtFor', { duration: durationText(durationMs, translate.language) })
}

function toolCall({ name, isGrowing, output, ...part }: ToolCallPart, translate: Translate) {
  const done = output === undefined ? 'chat.toolCalled' : 'chat.toolDone'
  return html`
    <details class="fold">
      <summary class="meta ${isGrowing ? 'growing' : ''}">
        ${guard([], () => icon(Wrench))}<span>${translate('chat.toolCall', { name })}</span>
        <span>· ${translate(isGrowing ? 'chat.toolPreparing' : done)}</span>
      </summary>
      <p class="meta">${translate('chat.toolArguments')}</p>
      <pre tabindex="0"><code>${isGrowing ? part.arguments : indented(part.arguments)}</code></pre>
      ${output === undefined ? nothing : html`<p class="meta">${translate('chat.toolAnswer')}</p><pre tabindex="0"><code>${output}</code></pre>`}
    </details>
  `
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2)
  } catch {
    return json
  }
}

function picture(part: PicturePart, { context, prompt }: PartSurroundings) {
  const alt = context.translate('chat.picture', { prompt: beginning(prompt) })
  return html`<hearth-picture .context=${context} .picture=${part} .alt=${alt}></hearth-picture>`
}

/** Alternative texts are read out: the beginning says enough. */
const longestAlt = 160

function beginning(text: string): string {
  return text.length <= longestAlt ? text : `${text.slice(0, longestAlt).replace(/\s+\S*$/, '')} …`
}
