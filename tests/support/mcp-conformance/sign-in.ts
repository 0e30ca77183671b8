import { api } from '../api.ts'
import type { House } from '../house.ts'

const mostTries = 3

/** Signs the house in at a server as a person would: opens the address it names and follows it back to the house. */
export async function signIn(house: House, server: string): Promise<void> {
  const { status, body } = await api(house, 'POST', `/api/v1/mcp/servers/${server}/sign-in`)
  const { authorization_url: url } = body as { readonly authorization_url?: string }
  if (url === undefined) throw new Error(`No sign-in at ${server}: ${status} ${JSON.stringify(body)}`)
  const answer = await fetch(url)
  const page = await answer.text()
  if (!answer.ok) throw new Error(`The sign-in at ${server} ended with ${answer.status}: ${page.slice(0, 300)}`)
}

/** Does `work`; whenever it rejects, a person signs in and it is done again, at most three times. */
export async function signedIn<T>(house: House, server: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries > mostTries) throw error
    }
    await signIn(house, server)
  }
}

/** What a scenario of signing in needs in `oauth` of the server. */
export function oauthOf(scenario: string, context: Readonly<Record<string, unknown>>): object {
  if (scenario === 'auth/basic-cimd') return { client_id: 'https://conformance-test.local/client-metadata.json' }
  const { client_id, client_secret } = context
  if (client_id === undefined) return {}
  const grant = scenario.startsWith('auth/client-credentials') ? { grant: 'client_credentials' } : {}
  return { ...grant, client_id, client_secret: client_secret ?? null }
}
