// @musistudio/llms as claude-code-router starts it: Anthropic Messages in, Chat Completions out.
// `node musistudio-llms.mjs UPSTREAM PORT`
import { createRequire } from 'node:module'

// Its ES module cannot be loaded (a `require` inside); so the other one.
const { default: Server } = createRequire(import.meta.url)('@musistudio/llms')

const [upstream, port] = process.argv.slice(2)
const server = new Server({
  useJsonFile: false,
  useEnvFile: false,
  logger: false,
  initialConfig: {
    HOST: '127.0.0.1',
    PORT: port,
    providers: [
      { name: 'upstream', api_base_url: `${upstream}/v1/chat/completions`, api_key: 'bench', models: ['bench'] },
    ],
  },
})
await server.start()
