import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createTerminal } from '../../clients/cli/terminal.ts'

/** What a terminal of 40 columns was sent; both streams are the same screen. */
function screen(isTTY: boolean): { readonly sent: () => string; readonly terminal: ReturnType<typeof createTerminal> } {
  const chunks: string[] = []
  const stream = (): NodeJS.WriteStream =>
    Object.assign(
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          chunks.push(chunk.toString())
          done()
        },
      }),
      { isTTY, columns: 40 },
    ) as unknown as NodeJS.WriteStream
  const terminal = createTerminal({ stdin: process.stdin, stdout: stream(), stderr: stream() })
  return { sent: () => chunks.join(''), terminal }
}

test('a progress line is replaced by the next, removed by text, and never in the middle of a line', async () => {
  const { sent, terminal } = screen(true)
  terminal.progress('connecting')
  terminal.progress('waiting')
  await terminal.write('Hel')
  terminal.progress('drawing')
  await terminal.write('lo\n')
  terminal.progress('drawing, rough version 1')
  terminal.note('Wrote x.png.')
  expect(sent().replaceAll('\r\u001b[K', '<clear>')).toBe(
    '<clear>connecting<clear>waiting<clear>Hello\n<clear>drawing, rough version 1<clear>Wrote x.png.\n',
  )
})

test('a progress line is cut to the width of the terminal', () => {
  const { sent, terminal } = screen(true)
  terminal.progress('x'.repeat(100))
  expect(sent()).toBe(`\r\u001b[K${'x'.repeat(39)}`)
})

test('what a model says cannot steer a terminal, and goes into a pipe byte for byte', async () => {
  const hostile = 'a\u001b]0;title\u0007b\u009bc\td\n'
  const person = screen(true)
  await person.terminal.write(hostile)
  expect(person.sent()).toBe('a]0;titlebc\td\n')
  const pipe = screen(false)
  await pipe.terminal.write(hostile)
  pipe.terminal.progress('unseen')
  expect(pipe.sent()).toBe(hostile)
})
