import { html } from 'lit'
import type { AppContext } from '../../app/app-context.ts'
import '../../app/failure-text.ts'
import type { HistoryState } from './chat-session.ts'
import { emptyTemplate } from './empty-template.ts'

export interface HistoryActs {
  /** A question to begin with. */
  begin(text: string): void
  reload(): void
}

/** What stands where no message is shown. */
export function historyTemplate(history: HistoryState, context: AppContext, { begin, reload }: HistoryActs) {
  const { translate } = context
  switch (history.status) {
    case 'loading':
      return html`<p class="meta" role="status">${translate('chat.loading')}</p>`
    case 'failed':
      return html`
        <hearth-failure-text .context=${context} .failure=${history.failure}></hearth-failure-text>
        <button type="button" @click=${reload}>${translate('app.tryAgain')}</button>
      `
    case 'gone':
      return html`<p>${translate('chat.gone')}</p>`
    case 'ready':
      return emptyTemplate(translate, begin)
  }
}
