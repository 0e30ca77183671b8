// Holds the boundaries of .dependency-cruiser.mjs. Exits 1 on a violation, and when it sees no module at all: without a
// TypeScript it can load, dependency-cruiser passes with a mere warning.
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'
import extractTypeScriptConfig from 'dependency-cruiser/config-utl/extract-ts-config'

const folders = ['services', 'clients', 'tests', 'scripts', 'bench']

async function findViolations(): Promise<readonly string[]> {
  const options = await extractOptions('./.dependency-cruiser.mjs')
  const tsConfig: unknown = extractTypeScriptConfig('tsconfig.json')
  const { output } = await cruise(folders, options, {}, { tsConfig })
  if (typeof output === 'string') throw new Error('dependency-cruiser gave a text where its result was expected')
  return problemsOf(output)
}

function problemsOf({ modules, summary }: ICruiseResult): readonly string[] {
  const sources = modules.filter(({ source }) => source.endsWith('.ts') && !source.includes('node_modules'))
  if (sources.length === 0) return ['No TypeScript module was seen: is a TypeScript installed that it can load?']
  console.log(`${sources.length} modules, ${summary.totalDependenciesCruised ?? 0} dependencies`)
  return summary.violations.map(({ rule, from, to, cycle }) => {
    const route = cycle === undefined ? to : cycle.map(({ name }) => name).join(' → ')
    const reason = summary.ruleSetUsed?.forbidden?.find(({ name }) => name === rule.name)?.comment
    return `${rule.name}: ${from} → ${route}${reason === undefined ? '' : `\n  ${reason}`}`
  })
}

const problems = await findViolations()
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
