import { type PriorDiscovery, SdkError, SdkErrorCode } from '@modelcontextprotocol/client'
import { oneLine } from '../one-line.ts'
import { ChildTransport } from '../stdio/child-transport.ts'
import type { ProcessCommand, ProcessGroup } from '../stdio/process-group.ts'
import type { ProcessLedger } from '../stdio/process-ledger.ts'
import { Conversation } from './conversation.ts'
import { createClient, joinConversation, listenToChanges, relayedCapabilities } from './create-client.ts'
import type { Link, LinkEvents } from './link.ts'
import type { UpstreamClient } from './upstream-client.ts'

/** A program that has not said anything after so long is taken for one that waits for `initialize`. */
const longestProbeMs = 30_000

export interface StdioAttempt {
  readonly command: ProcessCommand
  /** Undefined: the era is asked for. */
  readonly prior: PriorDiscovery | undefined
  readonly maxMessageBytes: number
  readonly ledger: ProcessLedger
  readonly events: LinkEvents
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** The program ended or failed before the protocol was agreed on; `stderr` is what it wrote last. */
export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed'
  readonly stderr: string

  constructor(cause: unknown, stderr: string) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.stderr = stderr
  }
}

/** Starts a program and agrees with it on the protocol. @throws ProgramFailed, or the error of the operating system. */
export async function openStdioLink(attempt: StdioAttempt): Promise<Link> {
  try {
    return await startOnce(attempt, attempt.prior)
  } catch (error) {
    // Many older programs end at the first message that is not `initialize`: started anew, they are spoken to in their way.
    if (attempt.prior !== undefined || attempt.signal.aborted || !endedAtProbe(error)) throw error
    return startOnce(attempt, { kind: 'legacy' })
  }
}

const endedAtProbe = (error: unknown): boolean =>
  error instanceof ProgramFailed &&
  error.cause instanceof SdkError &&
  error.cause.code === SdkErrorCode.EraNegotiationFailed

async function startOnce(attempt: StdioAttempt, prior: PriorDiscovery | undefined): Promise<Link> {
  const { signal, timeoutMs } = attempt
  const program: { group?: ProcessGroup } = {}
  const transport = new ChildTransport({
    command: attempt.command,
    maxMessageBytes: attempt.maxMessageBytes,
    onStarted: (started) => {
      program.group = started
      attempt.ledger.add(started)
    },
  })
  const conversation = new Conversation()
  const probe = { timeoutMs: Math.min(longestProbeMs, timeoutMs / 2) }
  const client = createClient({ capabilities: relayedCapabilities, versionNegotiation: { mode: 'auto', probe } })
  joinConversation(client, conversation)
  listenToChanges(client, attempt.events)
  const giveUp = () => void transport.close()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    await client.connect(transport, { signal, timeout: timeoutMs, ...(prior === undefined ? {} : { prior }) })
    if (prior?.kind === 'modern') await client.discover({ signal, timeout: timeoutMs })
    if (program.group === undefined) throw new Error('the program did not start')
    return stdioLink(client, program.group, conversation, attempt.ledger)
  } catch (error) {
    await client.close().catch(() => undefined)
    const { group } = program
    if (group === undefined) throw error
    await endGroup(group, attempt.ledger, AbortSignal.timeout(1000))
    throw new ProgramFailed(error, group.stderrTail)
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

function stdioLink(
  client: UpstreamClient,
  group: ProcessGroup,
  conversation: Conversation,
  ledger: ProcessLedger,
): Link {
  const lease = { client, [Symbol.dispose]: () => undefined }
  return {
    era: client.getProtocolEra() ?? 'legacy',
    client,
    conversation,
    group,
    lost: new Promise((resolve) => {
      client.onclose = () => resolve(oneLine(group.stderrTail) || 'the process ended')
    }),
    lease: () => Promise.resolve(lease),
    close: async (atOnce) => {
      await client.close().catch(() => undefined)
      await endGroup(group, ledger, atOnce)
    },
  }
}

async function endGroup(group: ProcessGroup, ledger: ProcessLedger, atOnce: AbortSignal): Promise<void> {
  await group.end(atOnce)
  ledger.remove(group.pid)
}
