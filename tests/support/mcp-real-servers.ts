import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pythonPackagesOf } from '../../scripts/bootstrap/python-client.mjs'
import { root } from './house.ts'
import type { DeclaredServer } from './mcp-house.ts'
import { runProgram } from './program.ts'

const node = (
  path: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): DeclaredServer => ({
  command: process.execPath,
  args: [join(root, 'node_modules', path), ...args],
  env,
})

const python = (module: string, args: readonly string[] = []): DeclaredServer => ({
  command: 'python3',
  args: ['-m', module, ...args],
  env: { PYTHONPATH: pythonPackagesOf(root) },
})

/** A filesystem server for one folder, with a file that says whose it is. */
export async function filesystemServer(folder: string, name: string): Promise<DeclaredServer> {
  const path = join(folder, name)
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'whose.txt'), `of ${name}`)
  return node('@modelcontextprotocol/server-filesystem/dist/index.js', [path])
}

/** Servers of npm as they are, by name; everything they keep is in `folder`. */
export async function nodeServers(folder: string): Promise<Readonly<Record<string, DeclaredServer>>> {
  return {
    'files-a': await filesystemServer(folder, 'files-a'),
    'files-b': await filesystemServer(folder, 'files-b'),
    memory: node('@modelcontextprotocol/server-memory/dist/index.js', [], {
      MEMORY_FILE_PATH: join(folder, 'memory.json'),
    }),
    everything: node('@modelcontextprotocol/server-everything/dist/index.js', ['stdio']),
    thinking: node('@modelcontextprotocol/server-sequential-thinking/dist/index.js'),
    context7: node('@upstash/context7-mcp/dist/index.js'),
    'memory-bank': node('@allpepper/memory-bank-mcp/dist/main/index.js', [], { MEMORY_BANK_ROOT: folder }),
    playwright: node('@playwright/mcp/cli.js', ['--headless']),
  }
}

/** The same of PyPI. `folder` becomes a repository of git. */
export async function pythonServers(folder: string): Promise<Readonly<Record<string, DeclaredServer>>> {
  const { code, stderr } = await runProgram('git', ['init', '--quiet', folder])
  if (code !== 0) throw new Error(`git init failed: ${stderr}`)
  return {
    clock: python('mcp_server_time', ['--local-timezone', 'Europe/Zurich']),
    git: python('mcp_server_git', ['--repository', folder]),
    fetch: python('mcp_server_fetch', ['--ignore-robots-txt', '--allow-private-ips']),
  }
}
