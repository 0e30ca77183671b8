// The process of the embedded model. Started by engine-process.ts and by nobody else; it never outlives its parent.
import { type EngineMessage, engineCommand } from '../wire-schema.ts'
import { createEngine } from './engine.ts'

process.title = 'hearth-engine'

function leave(): never {
  // Nothing here is worth saving, and native threads in the middle of a computation cannot hold up this exit.
  process.kill(process.pid, 'SIGKILL')
  process.exit(1)
}

if (process.send === undefined) {
  console.error('hearth-engine serves a running Hearth. Type: npm start')
  process.exit(2)
}

const engine = createEngine((message: EngineMessage) => {
  if (process.connected) process.send?.(message)
})
process.on('message', (message) => engine.handle(engineCommand.parse(message)))
process.on('disconnect', leave)
process.on('SIGTERM', leave)
// Ctrl-C reaches the whole process group; the parent drains first and ends this process when it is done.
process.on('SIGINT', () => undefined)
if (!process.connected) leave()
