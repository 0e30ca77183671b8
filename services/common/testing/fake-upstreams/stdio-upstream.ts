// A simulated upstream on standard input and output: `node stdio-upstream.ts SCRIPT.json`. The file is read anew for every
// request, so whoever writes it pulls the rug; SIGUSR2 then tells that the tools changed.
import { readFileSync } from 'node:fs'
import type { Server } from '@modelcontextprotocol/server'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { createScriptedServer } from './scripted-server.ts'
import { scriptOf, type UpstreamScript } from './upstream-script.ts'

const file = process.argv[2]
if (file === undefined) throw new Error('Usage: stdio-upstream.ts SCRIPT.json')
const script = (): UpstreamScript => scriptOf(JSON.parse(readFileSync(file, 'utf8')))
const servers = new Set<Server>()

const create = (): Server => {
  const server = createScriptedServer({
    name: process.env['UPSTREAM_NAME'] ?? 'stdio',
    script,
    onCall: () => undefined,
    subscribed: new Set(),
    delayMs: () => script().delayMs,
    cut: () => process.kill(process.pid, 'SIGKILL'),
  })
  servers.add(server)
  return server
}

const { era } = script()
if (era === 'legacy') await create().connect(new StdioServerTransport())
else serveStdio(create, { legacy: era === 'modern' ? 'reject' : 'serve' })

process.on('SIGUSR2', () => {
  for (const server of servers) void server.sendToolListChanged().catch(() => undefined)
})
