import type { FastifyInstance } from 'fastify'

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hearth</title>
<style>
body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #fdfcfa }
code { background: #eee8df; padding: 0.1rem 0.3rem; border-radius: 0.2rem }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #1c1a18 } code { background: #35302a } }
</style>
</head>
<body>
<h1>Hearth</h1>
<p>The AI and home backend of this house is running.</p>
<p>Ask it from the machine it runs on:</p>
<p><code>npm run ask -- "What is the capital of France?"</code></p>
<p>Pair another device with the code that the first start printed, or make a new one:</p>
<p><code>npm run hearth -- pair</code></p>
<p>Programs connect by WebSocket at <code>/v1/ws</code>, subprotocol <code>hearth.v1</code>.</p>
<p>Its page belongs here and is not built. Build it, then start Hearth again:</p>
<p><code>npm run build</code></p>
</body>
</html>
`

/** `GET /` where the page is not built: says what this is and how to build it. No scripts. */
export function registerLandingPage(app: FastifyInstance): void {
  app.get('/', (_request, reply) =>
    reply
      .header(
        'Content-Security-Policy',
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      )
      .header('Cache-Control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(page),
  )
}
