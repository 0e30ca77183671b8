import { html } from 'lit'
import type { Translate } from '../../app/translate.ts'

const starters = ['chat.starter1', 'chat.starter2', 'chat.starter3'] as const

/** What the view is for, and a few questions to begin with. */
export function emptyTemplate(translate: Translate, ask: (text: string) => void) {
  return html`
    <section class="empty" aria-labelledby="empty-title">
      <h3 id="empty-title">${translate('chat.emptyTitle')}</h3>
      <p>${translate('chat.emptyText')}</p>
      <p class="meta" id="starters">${translate('chat.starters')}</p>
      <ul aria-labelledby="starters">
        ${starters.map((key) => {
          const text = translate(key)
          return html`<li><button type="button" @click=${() => ask(text)}>${text}</button></li>`
        })}
      </ul>
    </section>
  `
}
