// The floor: a proxy that only passes bytes on, `node bench/pipe.ts UPSTREAM`. Prints its address.
import { Agent, createServer, request as send } from 'node:http'
import { endWithParent, listen } from './listen.ts'

const upstream = new URL(process.argv[2] ?? '')
const agent = new Agent({ keepAlive: true })
const server = createServer((request, response) => {
  const { method, headers, url } = request
  const outward = send(
    { agent, host: upstream.hostname, port: upstream.port, path: url, method, headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  outward.on('error', () => response.destroy())
  response.on('close', () => outward.destroy())
  request.pipe(outward)
})
console.log(await listen(server))
endWithParent()
