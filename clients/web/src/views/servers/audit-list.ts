import { css, html, nothing } from 'lit'
import { RefreshCw } from 'lucide'
import { controlStyles } from '../../app/control-styles.ts'
import '../../app/failure-text.ts'
import { icon } from '../../app/icon.ts'
import type { Failure } from '../../protocol/hearth-client.ts'
import { failureOf } from '../../protocol/hearth-failure.ts'
import { DeskElement } from './desk-element.ts'
import { timeText } from './figures.ts'
import type { HouseAuditEntry } from './house-shapes.ts'
import { serversStyles } from './servers-styles.ts'

type Audit =
  | { readonly status: 'loading' }
  | { readonly status: 'read'; readonly entries: readonly HouseAuditEntry[] }
  | { readonly status: 'failed'; readonly failure: Failure }

const tones = { ok: 'ok', failed: 'danger', blocked: 'warn' } as const

/** Who did what last, newest first; read when it is shown and when asked. */
export class HearthAuditList extends DeskElement {
  static override properties = { ...DeskElement.properties, audit: { state: true } }

  static override styles = [
    controlStyles,
    serversStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }

      ul {
        border: var(--hairline) solid var(--line);
        border-radius: var(--radius-card);
        background: var(--surface);
      }

      li {
        display: grid;
        gap: var(--space-1);
        padding: var(--space-3) var(--space-4);
      }

      li + li {
        border-block-start: var(--hairline) solid var(--line);
      }
    `,
  ]

  declare private audit: Audit
  #reading = new AbortController()

  constructor() {
    super()
    this.audit = { status: 'loading' }
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.read()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#reading.abort()
  }

  override render() {
    const { words } = this.desk
    return html`
      <div class="line">
        <h3>${words('audit')}</h3>
        <button type="button" class="quiet push" @click=${this.read}>${icon(RefreshCw)}${words('auditAgain')}</button>
      </div>
      <p class="meta">${words('auditHint')}</p>
      ${this.#content()}
    `
  }

  async read(): Promise<void> {
    this.#reading.abort()
    this.#reading = new AbortController()
    const { signal } = this.#reading
    try {
      const entries = await this.desk.api.listAudit(signal)
      if (!signal.aborted) this.audit = { status: 'read', entries }
    } catch (error) {
      if (!signal.aborted) this.audit = { status: 'failed', failure: failureOf(error) }
    }
  }

  #content() {
    const { words, context } = this.desk
    const { audit } = this
    switch (audit.status) {
      case 'loading':
        return nothing
      case 'failed':
        return html`<hearth-failure-text .context=${context} .failure=${audit.failure}></hearth-failure-text>`
      case 'read':
        return audit.entries.length === 0
          ? html`<p class="none">${words('auditNone')}</p>`
          : html`<ul>${audit.entries.map((entry) => this.#entry(entry))}</ul>`
    }
  }

  #entry({ at, principal, action, target, outcome, code, detail }: HouseAuditEntry) {
    const { words, context } = this.desk
    return html`
      <li>
        <p class="line">
          <code>${action}</code><span class="tag ${tones[outcome]}">${words(`outcome.${outcome}`)}</span>
          ${code === null ? nothing : html`<code class="meta">${code}</code>`}
          <time class="meta push" datetime=${new Date(at).toISOString()}>${timeText(at, context.translate.language)}</time>
        </p>
        <p><code>${target}</code></p>
        <p class="meta">${words('auditBy', { principal })}${detail === null ? nothing : html` · <code>${detail}</code>`}</p>
      </li>
    `
  }
}

customElements.define('hearth-audit-list', HearthAuditList)
