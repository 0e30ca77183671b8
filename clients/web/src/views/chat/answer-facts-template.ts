import { html, nothing } from 'lit'
import type { AttemptRecord, WireUsage } from '../../../../../services/common/contracts/run-event.ts'
import { errorText } from '../../app/error-text.ts'
import type { Translate } from '../../app/translate.ts'
import type { AnswerFacts } from './answer-facts.ts'
import { durationText } from './units.ts'

/** What served an answer, how fast, and what was tried before. */
export function factsTemplate(facts: AnswerFacts, profile: string | undefined, translate: Translate) {
  const { target, firstTokenMs, durationMs, tokensPerSecond, usage, attempts } = facts
  const duration = (ms: number | undefined) => (ms === undefined ? undefined : durationText(ms, translate.language))
  const rows: readonly (readonly [name: string, value: unknown])[] = [
    [translate('chat.factModel'), target?.model],
    [translate('chat.factTarget'), target === undefined ? undefined : `${target.provider} / ${target.connection}`],
    [translate('chat.factProfile'), profile],
    [translate('chat.factFirstToken'), duration(firstTokenMs)],
    [translate('chat.factDuration'), duration(durationMs)],
    [translate('chat.factPace'), tokensPerSecond === undefined ? undefined : paceText(tokensPerSecond, translate)],
    [translate('chat.factTokens'), usage === null ? undefined : tokensText(usage, translate)],
    [translate('chat.factAttempts'), attempts.length === 0 ? undefined : attemptsTemplate(attempts, translate)],
  ]
  if (target === undefined && usage === null) return html`<p class="facts meta">${translate('chat.factNone')}</p>`
  return html`
    <dl class="facts meta">
      ${rows.map(([name, value]) => (value === undefined ? nothing : html`<dt>${name}</dt><dd>${value}</dd>`))}
    </dl>
  `
}

function paceText(tokensPerSecond: number, translate: Translate): string {
  const digits = tokensPerSecond < 10 ? 1 : 0
  const count = new Intl.NumberFormat(translate.language, { maximumFractionDigits: digits }).format(tokensPerSecond)
  return translate('chat.factTokensPerSecond', { count })
}

function tokensText(usage: WireUsage, translate: Translate): string {
  const {
    input_tokens: input,
    output_tokens: output,
    cached_tokens: cached = 0,
    reasoning_tokens: reasoning = 0,
  } = usage
  return [
    translate('chat.factTokensInOut', { input, output }),
    ...(cached > 0 ? [translate('chat.factTokensCached', { count: cached })] : []),
    ...(reasoning > 0 ? [translate('chat.factTokensReasoning', { count: reasoning })] : []),
  ].join(', ')
}

function attemptsTemplate(attempts: readonly AttemptRecord[], translate: Translate) {
  return html`
    <ol>
      ${attempts.map((attempt) => html`<li>${attemptText(attempt, translate)}</li>`)}
    </ol>
  `
}

function attemptText(attempt: AttemptRecord, translate: Translate): string {
  const target = `${attempt.provider} / ${attempt.connection} / ${attempt.model}`
  const dropped = attempt.dropped_parameters ?? []
  const tail = dropped.length === 0 ? '' : `, ${translate('chat.factDropped', { names: dropped.join(', ') })}`
  return `${target}: ${outcomeText(attempt, translate)} (${durationText(attempt.duration_ms, translate.language)})${tail}`
}

function outcomeText({ outcome, error_code: code }: AttemptRecord, translate: Translate): string {
  switch (outcome) {
    case 'completed':
      return translate('chat.factCompleted')
    case 'cancelled':
      return translate('chat.factCancelled')
    case 'failed':
      return translate('chat.factFailed', {
        reason: errorText({ code: code ?? '', message: '', retryable: false }, translate),
      })
  }
}
