import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Fastify from 'fastify'
import { build } from 'vite'
import { registerConsole } from '../../services/gateway/http/console.ts'
import { readConsoleFiles } from '../../services/gateway/http/console-files.ts'

const web = resolve(import.meta.dirname, '../../clients/web')

/** A page with nothing but `<hearth-markdown>` in it, built as the real one and served under its policy. */
export interface MarkdownPage extends AsyncDisposable {
  readonly url: string
}

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Markdown</title>
    <link rel="icon" href="/favicon.svg">
    <link rel="stylesheet" href="/base.css">
    <script type="module" src="/assets/markdown.js"></script>
  </head>
  <body><h1>Markdown</h1><main></main></body>
</html>
`

export async function startMarkdownPage(): Promise<MarkdownPage> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-markdown-'))
  await buildElement(folder)
  await writeFile(join(folder, 'index.html'), html)
  for (const style of ['base.css', 'tokens.css']) await copyFile(join(web, 'src', style), join(folder, style))
  await copyFile(join(web, 'public/favicon.svg'), join(folder, 'favicon.svg'))
  const app = Fastify()
  registerConsole(app, await readConsoleFiles(folder))
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    [Symbol.asyncDispose]: async () => {
      await app.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function buildElement(outDir: string): Promise<void> {
  await build({
    configFile: join(web, 'vite.config.ts'),
    // A test runner is no development of the page, though it tells vite so.
    mode: 'production',
    resolve: { conditions: ['module', 'browser', 'production'] },
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir,
      emptyOutDir: true,
      rolldownOptions: {
        input: { markdown: join(web, 'src/markdown/hearth-markdown.ts') },
        output: { entryFileNames: 'assets/[name].js' },
      },
    },
  })
}
