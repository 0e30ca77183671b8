import { css, html, nothing } from 'lit'
import { ShieldCheck } from 'lucide'
import { controlStyles } from '../../app/control-styles.ts'
import { icon } from '../../app/icon.ts'
import type { ChangeLine } from './change-lines.ts'
import { DeskElement } from './desk-element.ts'
import type { HouseTool } from './house-shapes.ts'
import { keyOf } from './servers-book.ts'
import { doAndSay } from './servers-desk.ts'
import { serversStyles } from './servers-styles.ts'
import { type PartChange, type ToolChanges, toolChanges } from './tool-changes.ts'

const explanations = { new: 'reviewNew', changed: 'reviewChanged', unknown: 'reviewUnknown' } as const

/** A tool that waits: what is different, why it waits, and what exactly is approved. */
export class HearthReviewCard extends DeskElement {
  static override properties = { ...DeskElement.properties, tool: { attribute: false } }

  static override styles = [
    controlStyles,
    serversStyles,
    css`
      .card {
        border-color: var(--warn);
      }

      .lines {
        max-block-size: 60dvh;
        margin-block-start: var(--space-1);
        padding: var(--space-2) 0;
        overflow: auto;
        border: var(--hairline) solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        font: var(--type-code);
      }

      .lines > div {
        display: grid;
        grid-template-columns: 1.5em minmax(0, 1fr);
        padding-inline: var(--space-2);
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }

      .lines .text {
        unicode-bidi: plaintext;
      }

      .removed {
        background: var(--danger-soft);
        color: var(--danger);
      }

      .added {
        background: var(--ok-soft);
        color: var(--ok);
      }

      .hash {
        display: block;
        overflow-wrap: anywhere;
      }
    `,
  ]

  declare tool: HouseTool

  override render() {
    const { words } = this.desk
    const { exposed_name: name, server, reason } = this.tool
    const changes = toolChanges(this.tool)
    return html`
      <article class="card" aria-label=${name}>
        <div class="line"><h4>${words('reviewOf', { name, server })}</h4><span class="tag warn">${words('toolWaits')}</span></div>
        <p>${words(explanations[changes.kind])}</p>
        ${reason === null ? nothing : html`<p>${words('reviewReason')} <span class="plain" lang="en">${reason}</span></p>`}
        ${this.#changes(changes)}
        ${this.#approval()}
      </article>
    `
  }

  #changes({ parts }: ToolChanges) {
    if (parts.length === 0) return html`<p>${this.desk.words('reviewSame')}</p>`
    return parts.map((part) => this.#part(part))
  }

  #part({ part, lines }: PartChange) {
    const name = this.desk.words(`part.${part}`)
    return html`
      <div>
        <h4>${name}</h4>
        <div class="lines" role="group" tabindex="0" aria-label=${name}>${lines.map((line) => this.#line(line))}</div>
      </div>
    `
  }

  /** A sign, a colour, and for who sees neither a word. */
  #line({ change, text }: ChangeLine) {
    if (change === 'same') return html`<div><span></span><span class="text">${text}</span></div>`
    const spoken = this.desk.words(change === 'removed' ? 'lineRemoved' : 'lineAdded')
    return html`
      <div class=${change}>
        <span aria-hidden="true">${change === 'removed' ? '−' : '+'}</span><span class="text"><span class="unseen">${spoken}</span>${text}</span>
      </div>
    `
  }

  #approval() {
    const { words, context, book } = this.desk
    const { exposed_name: name, hash } = this.tool
    const approve = () => void doAndSay(this.desk, () => book.approve(name, hash), words('reviewApproved', { name }))
    const isPending = book.state.pending.has(keyOf.approval(name))
    return html`
      <p class="meta">${words('reviewHint')}</p>
      <p class="meta">${words('reviewHash')} <code class="hash">${hash}</code></p>
      ${
        context.may('admin')
          ? html`<div><button type="button" class="primary" ?disabled=${isPending} @click=${approve}>${icon(ShieldCheck)}${words(isPending ? 'wish.approve' : 'reviewApprove')}</button></div>`
          : html`<p class="meta">${words('reviewDenied')}</p>`
      }
    `
  }
}

customElements.define('hearth-review-card', HearthReviewCard)
