// One simulated MCP server on standard input and output: `node stdio.ts INDEX TOOLS`.
import { createInterface } from 'node:readline'
import { answerTo } from './answer.ts'

const [index = 0, tools = 0] = process.argv.slice(2).map(Number)

createInterface({ input: process.stdin }).on('line', (line) => {
  const answer = answerTo(line, { index, tools, version: 0 })
  if (answer !== undefined) process.stdout.write(`${answer}\n`)
})
