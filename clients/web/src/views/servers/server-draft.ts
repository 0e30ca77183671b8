import type { PlainKey } from './words.ts'

/** What somebody wrote to add a server; texts as they stand in the form. */
export type ServerDraft = {
  readonly name: string
  readonly trust: 'low' | 'normal' | 'high'
} & (
  | { readonly way: 'url'; readonly url: string; readonly transport: '' | 'http' | 'sse'; readonly headers: string }
  | { readonly way: 'command'; readonly command: string; readonly args: string; readonly env: string }
)

type Complaint = Extract<PlainKey, `draft.wrong${string}`>

export type DraftRead =
  | { readonly status: 'ok'; readonly body: object }
  | { readonly status: 'wrong'; readonly complaints: ReadonlyMap<string, Complaint> }

/** What the house gets; the house checks the rest. */
export function readDraft(draft: ServerDraft): DraftRead {
  const way = draft.way === 'url' ? readUrlWay(draft) : readCommandWay(draft)
  const name = draft.name.trim()
  const isNamed = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)
  const complaints = [...(isNamed ? [] : [['name', 'draft.wrongName'] as const]), ...way.complaints]
  if (complaints.length > 0) return { status: 'wrong', complaints: new Map(complaints) }
  return { status: 'ok', body: { name, trust: draft.trust, ...way.body } }
}

interface WayRead {
  readonly body: object
  readonly complaints: readonly (readonly [string, Complaint])[]
}

function readUrlWay({ url, transport, headers }: Extract<ServerDraft, { way: 'url' }>): WayRead {
  const pairs = readPairs(headers, ':')
  return {
    body: {
      url: url.trim(),
      ...(transport === '' ? {} : { transport }),
      ...(pairs === undefined || pairs.length === 0 ? {} : { headers: Object.fromEntries(pairs) }),
    },
    complaints: [
      ...(isHttpUrl(url.trim()) ? [] : [['url', 'draft.wrongUrl'] as const]),
      ...(pairs === undefined ? [['headers', 'draft.wrongHeaders'] as const] : []),
    ],
  }
}

function readCommandWay(draft: Extract<ServerDraft, { way: 'command' }>): WayRead {
  const pairs = readPairs(draft.env, '=')
  const [command = '', ...args] = commandLine(draft)
  return {
    body: {
      command,
      ...(args.length === 0 ? {} : { args }),
      ...(pairs === undefined || pairs.length === 0 ? {} : { env: Object.fromEntries(pairs) }),
    },
    complaints: [
      ...(command === '' ? [['command', 'draft.wrongCommand'] as const] : []),
      ...(pairs === undefined ? [['env', 'draft.wrongEnv'] as const] : []),
    ],
  }
}

/** The program and its arguments, exactly as they are run: one argument a line, no shell. */
export const commandLine = ({ command, args }: Pick<Extract<ServerDraft, { way: 'command' }>, 'command' | 'args'>) => [
  command.trim(),
  ...args.split('\n').filter((line) => line !== ''),
]

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

/** A line each, such as `Name: value`; undefined when one has no name. */
function readPairs(text: string, separator: string): readonly (readonly [string, string])[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const pairs = lines.map((line) => {
    const at = line.indexOf(separator)
    return [line.slice(0, Math.max(0, at)).trim(), line.slice(at + 1).trim()] as const
  })
  return pairs.some(([name]) => name === '') ? undefined : pairs
}
