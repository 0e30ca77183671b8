import { z } from 'zod'

export const signInStart = z.strictObject({
  authorization_url: z.url().describe('Where a person signs in by a browser; good for 10 minutes'),
})

const text = (longest: number) => z.string().max(longest).exactOptional()

/** What an authorization server sends back (RFC 6749 §4.1.2, RFC 9207 §2). Each adds words of its own, which do not count. */
export const signInAnswer = z.object({
  state: z.string().min(1).max(512),
  code: text(4096),
  iss: text(2048),
  error: text(256),
})
