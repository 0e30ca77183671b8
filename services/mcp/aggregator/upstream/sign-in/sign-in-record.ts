import { z } from 'zod'
import { parseUntrusted } from '../../../../common/parse-untrusted.ts'
import { signInPrefix } from '../../../store/sealed-secret-store.ts'

/** What is kept of a sign-in, sealed; good for the one address it was made for. */
const recordSchema = z.object({
  url: z.string(),
  client: z
    .looseObject({ client_id: z.string(), client_secret: z.string().optional(), issuer: z.string().optional() })
    .optional(),
  tokens: z
    .object({
      access_token: z.string(),
      token_type: z.string(),
      id_token: z.string().optional(),
      expires_in: z.number().optional(),
      scope: z.string().optional(),
      refresh_token: z.string().optional(),
      issuer: z.string().optional(),
    })
    .optional(),
})

export type SignInRecord = z.output<typeof recordSchema>

/** Secrets, kept encrypted by whoever gives it. */
export interface SecretBox {
  get(name: string): Promise<string | undefined>
  set(name: string, secret: string): Promise<void>
  remove(name: string): Promise<void>
}

const nameOf = (server: string): string => signInPrefix + server

/**
 * Without anything when there is none, it cannot be read, or the server is reached at another address by now: then what
 * is kept is forgotten.
 */
export async function readSignIn(box: SecretBox, server: string, url: string): Promise<SignInRecord> {
  const kept = await box.get(nameOf(server))
  if (kept === undefined) return { url }
  const parsed = parseUntrusted(recordSchema, parseJson(kept))
  if (parsed.success && parsed.data.url === url) return parsed.data
  await box.remove(nameOf(server))
  return { url }
}

export const writeSignIn = (box: SecretBox, server: string, record: SignInRecord): Promise<void> =>
  box.set(nameOf(server), JSON.stringify(record))

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
