import type { Translate } from '../../app/translate.ts'
import type { Waiting } from './answer-view.ts'

/** What the answer waits for, as a sentence: "Loading the model, 40 %", "Waiting for anthropic, second try". */
export function waitingText(waiting: Waiting, isOnline: boolean, translate: Translate): string {
  switch (waiting.for) {
    case 'house':
      return translate(isOnline ? 'chat.sending' : 'chat.sendsLater')
    case 'lane':
      return waiting.position > 0 ? translate('chat.queued', { count: waiting.position }) : translate('chat.queuedNext')
    case 'rest':
      return translate('chat.restElsewhere')
    case 'stop':
      return translate('chat.stopping')
    case 'target': {
      const phase = phaseText(waiting, translate)
      return waiting.attempt > 1 ? `${phase}, ${tryText(waiting.attempt, translate)}` : phase
    }
  }
}

function phaseText(waiting: Extract<Waiting, { for: 'target' }>, translate: Translate): string {
  const { phase, progress, provider } = waiting
  switch (phase) {
    case 'connecting':
      return provider === undefined ? translate('chat.waiting') : translate('chat.connecting', { provider })
    case 'loading_model':
      return progress === undefined
        ? translate('chat.loadingModel')
        : translate('chat.loadingModelShare', { percent: Math.round(progress * 100) })
    case 'prompt_eval':
      return progress === undefined
        ? translate('chat.promptEval')
        : translate('chat.promptEvalShare', { percent: Math.round(progress * 100) })
    case 'tool':
      return translate('chat.usingTool')
    case 'waiting_first_token':
      return provider === undefined ? translate('chat.waiting') : translate('chat.waitingFor', { provider })
    case undefined:
      return translate('chat.waiting')
  }
}

function tryText(attempt: number, translate: Translate): string {
  if (attempt === 2) return translate('chat.secondTry')
  if (attempt === 3) return translate('chat.thirdTry')
  return translate('chat.furtherTry', { number: attempt })
}
