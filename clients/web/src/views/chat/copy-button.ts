import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { Check, Copy } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { copyText } from '../../markdown/render/copy-text.ts'
import type { Action } from './action-template.ts'

/** How long it says that it has copied. */
const copiedMs = 2000

/** The act of copying a text, which says for a while that it did. */
export class CopyButton implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  action(text: string, context: AppContext): Action {
    const isCopied = this.#timer !== undefined
    return {
      icon: isCopied ? Check : Copy,
      label: context.translate(isCopied ? 'chat.copied' : 'chat.copy'),
      run: (button) => void this.#copy(text, button, context),
    }
  }

  async #copy(text: string, button: HTMLElement, { notify, translate }: AppContext): Promise<void> {
    if (!(await copyText(text, button))) {
      notify({ text: translate('chat.copyFailed'), tone: 'danger' })
      return
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#host.requestUpdate()
    }, copiedMs)
    this.#host.requestUpdate()
  }
}
