import type { Language } from '../../app/preferences.ts'
import type { Translate } from '../../app/translate.ts'
import type { MarkdownLabels } from '../../markdown/labels.ts'

/** The words in rendered Markdown: one object per language, since another one renders a text anew. */
export class MarkdownWords {
  #words: { readonly language: Language; readonly labels: MarkdownLabels } | undefined

  of(translate: Translate): MarkdownLabels {
    const { language } = translate
    if (this.#words?.language !== language) this.#words = { language, labels: labelsIn(translate) }
    return this.#words.labels
  }
}

function labelsIn(translate: Translate): MarkdownLabels {
  return {
    code: translate('chat.codeBlock'),
    copy: translate('chat.copy'),
    copied: translate('chat.copied'),
    table: translate('chat.table'),
    picture: translate('chat.pictureLink'),
    taskOpen: translate('chat.taskOpen'),
    taskDone: translate('chat.taskDone'),
  }
}
