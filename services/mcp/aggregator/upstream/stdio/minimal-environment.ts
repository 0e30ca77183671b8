/** Needed to find programs, a home and the language; nothing that could be a secret of the house. */
const kept = ['HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'USER']

/** What a process of an upstream gets beside what is declared for it. */
export function minimalEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  declared: Readonly<Record<string, string>>,
): Record<string, string> {
  const base = kept.flatMap((name) => {
    const value = own[name]
    // A shell function, exported: it would be run.
    return value === undefined || value.startsWith('()') ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(base), ...declared }
}
