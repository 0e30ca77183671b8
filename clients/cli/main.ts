#!/usr/bin/env node
import { runCli } from './run-cli.ts'
import { createTerminal } from './terminal.ts'

const interrupted = new AbortController()
const interrupt = (): void => interrupted.abort(new Error('Interrupted.'))
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)
// `hearth ask … | head -1` closes the pipe: nobody reads the rest.
process.stdout.on('error', interrupt)

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: createTerminal(process),
  env: process.env,
  cwd: process.cwd(),
  userDir: process.env['INIT_CWD'] ?? process.cwd(),
  signal: interrupted.signal,
})
process.off('SIGINT', interrupt)
process.off('SIGTERM', interrupt)
