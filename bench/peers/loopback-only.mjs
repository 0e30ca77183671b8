// Loaded before a peer that would listen on all interfaces: what it opens is for this machine alone.
import { Server } from 'node:net'

const listen = Server.prototype.listen
Server.prototype.listen = function listenOnLoopback(port, ...rest) {
  const callback = rest.find((argument) => typeof argument === 'function')
  return listen.call(this, { port: Number(port), host: '127.0.0.1' }, callback)
}
