import { html, nothing } from 'lit'
import { durationText, memoryText, timeText } from './figures.ts'
import type { HouseServer, HouseServerStatus } from './house-shapes.ts'
import { conditionOf } from './server-condition.ts'
import type { ServersDesk } from './servers-desk.ts'
import type { Words } from './words.ts'

/** How a server is and how it is reached, whole: nothing of a command or an address is cut off. */
export function serverFacts(desk: ServersDesk, server: HouseServer) {
  const { words } = desk
  const condition = conditionOf(server)
  return html`
    <p><span class="tag ${condition.tone}">${words(condition.word)}</span> <span class="meta">${words(condition.meaning)}</span></p>
    <dl class="facts">
      ${statusFacts(desk, server.status ?? undefined)}
      <div class="whole"><dt>${words('factTrust')}</dt><dd>${words(`trust.${server.trust ?? 'normal'}`)}</dd></div>
      <div><dt>${words('factOrigin')}</dt><dd>${words(`origin.${server.origin}`)}</dd></div>
      ${reachFacts(words, server)}
    </dl>
  `
}

function statusFacts({ words, context }: ServersDesk, status: HouseServerStatus | undefined) {
  const { language } = context.translate
  const count = (value: number | undefined) => new Intl.NumberFormat(language).format(value ?? 0)
  const known = <Value>(value: Value | null | undefined, text: (value: Value) => string) =>
    value === null || value === undefined ? html`<span class="meta">${words('unknown')}</span>` : text(value)
  const last = status?.last_error
  const retryAt = status?.retry_at
  return html`
    <div><dt>${words('factEra')}</dt><dd>${eraText(words, status)}</dd></div>
    <div><dt>${words('factLatency')}</dt><dd>${known(status?.latency_ms, (ms) => durationText(ms, language))}</dd></div>
    <div><dt>${words('factCalls')}</dt><dd>${count(status?.calls_in_flight)}</dd></div>
    <div><dt>${words('factRestarts')}</dt><dd>${count(status?.restarts)}</dd></div>
    <div><dt>${words('factMemory')}</dt><dd>${known(status?.memory_bytes, (bytes) => memoryText(bytes, language))}</dd></div>
    ${isGiven(status?.pid) ? html`<div><dt>${words('factProcess')}</dt><dd>${status?.pid}</dd></div>` : nothing}
    ${isGiven(retryAt) ? html`<div><dt>${words('factRetry')}</dt><dd>${timeText(retryAt, language)}</dd></div>` : nothing}
    ${isGiven(last) && last !== '' ? html`<div class="whole"><dt>${words('factError')}</dt><dd><pre lang="en">${last}</pre></dd></div>` : nothing}
  `
}

function eraText(words: Words, status: HouseServerStatus | undefined) {
  const { era, protocol_version: version } = status ?? {}
  if (isGiven(version)) return version
  if (!isGiven(era)) return html`<span class="meta">${words('unknown')}</span>`
  return words(era === 'modern' ? 'eraModern' : 'eraLegacy')
}

function reachFacts(words: Words, { command, args = [], cwd, url, image }: HouseServer) {
  if (command !== undefined) {
    return html`
      <div class="whole"><dt>${words('factCommand')}</dt><dd>${commandLines([command, ...args])}</dd></div>
      ${isGiven(cwd) ? html`<div class="whole"><dt>${words('factFolder')}</dt><dd><code>${cwd}</code></dd></div>` : nothing}
    `
  }
  const [name, text] = url === undefined ? [words('factImage'), image] : [words('factAddress'), url]
  return text === undefined ? nothing : html`<div class="whole"><dt>${name}</dt><dd><code>${text}</code></dd></div>`
}

/** Each word of a command between its own quotes, so that a space within one cannot look like one between two. */
export const commandLines = (line: readonly string[]) =>
  html`<pre class="command">${line.map((word) => JSON.stringify(word)).join('\n')}</pre>`

const isGiven = <Value>(value: Value | null | undefined): value is Value => value !== null && value !== undefined
