import type { LanguageFn } from 'highlight.js'

type Load = () => Promise<{ readonly default: LanguageFn }>

interface CodeLanguage {
  /** Other words after a fence that mean it. */
  readonly aliases: readonly string[]
  readonly load: Load
}

/** What can be coloured. Each is a file of its own and comes when the first block in it is whole. */
const languages: Readonly<Record<string, CodeLanguage>> = {
  bash: { aliases: ['sh', 'shell', 'zsh', 'console'], load: () => import('highlight.js/lib/languages/bash') },
  c: { aliases: ['h'], load: () => import('highlight.js/lib/languages/c') },
  cpp: { aliases: ['c++', 'cc', 'hpp', 'arduino', 'ino'], load: () => import('highlight.js/lib/languages/cpp') },
  csharp: { aliases: ['cs', 'c#'], load: () => import('highlight.js/lib/languages/csharp') },
  css: { aliases: [], load: () => import('highlight.js/lib/languages/css') },
  diff: { aliases: ['patch'], load: () => import('highlight.js/lib/languages/diff') },
  dockerfile: { aliases: ['docker'], load: () => import('highlight.js/lib/languages/dockerfile') },
  go: { aliases: ['golang'], load: () => import('highlight.js/lib/languages/go') },
  ini: { aliases: ['toml', 'conf'], load: () => import('highlight.js/lib/languages/ini') },
  java: { aliases: [], load: () => import('highlight.js/lib/languages/java') },
  javascript: { aliases: ['js', 'jsx', 'mjs', 'cjs'], load: () => import('highlight.js/lib/languages/javascript') },
  json: { aliases: ['jsonc', 'json5'], load: () => import('highlight.js/lib/languages/json') },
  kotlin: { aliases: ['kt', 'kts'], load: () => import('highlight.js/lib/languages/kotlin') },
  lua: { aliases: [], load: () => import('highlight.js/lib/languages/lua') },
  makefile: { aliases: ['make', 'mk'], load: () => import('highlight.js/lib/languages/makefile') },
  markdown: { aliases: ['md'], load: () => import('highlight.js/lib/languages/markdown') },
  php: { aliases: [], load: () => import('highlight.js/lib/languages/php') },
  powershell: { aliases: ['ps1', 'pwsh'], load: () => import('highlight.js/lib/languages/powershell') },
  python: { aliases: ['py', 'python3'], load: () => import('highlight.js/lib/languages/python') },
  r: { aliases: [], load: () => import('highlight.js/lib/languages/r') },
  ruby: { aliases: ['rb'], load: () => import('highlight.js/lib/languages/ruby') },
  rust: { aliases: ['rs'], load: () => import('highlight.js/lib/languages/rust') },
  sql: { aliases: ['sqlite', 'postgresql', 'mysql'], load: () => import('highlight.js/lib/languages/sql') },
  swift: { aliases: [], load: () => import('highlight.js/lib/languages/swift') },
  typescript: { aliases: ['ts', 'tsx', 'mts', 'cts'], load: () => import('highlight.js/lib/languages/typescript') },
  xml: { aliases: ['html', 'svg', 'xhtml', 'vue'], load: () => import('highlight.js/lib/languages/xml') },
  yaml: { aliases: ['yml'], load: () => import('highlight.js/lib/languages/yaml') },
}

/** The language a word after a fence means, and how to get it. */
export function codeLanguageOf(word: string): { readonly name: string; readonly load: Load } | undefined {
  const wanted = word.toLowerCase()
  const found = Object.entries(languages).find(([name, { aliases }]) => name === wanted || aliases.includes(wanted))
  return found && { name: found[0], load: found[1].load }
}
