/**
 * @typedef {object} Plan
 * @property {string} script run under Node 24, relative to the root of the project
 * @property {readonly string[]} args passed through
 * @property {readonly string[]} nodeFlags for Node itself
 * @property {boolean} needsEngine the nested package that runs the embedded model
 * @property {boolean} needsModel the GGUF file
 * @property {boolean} needsPython the official OpenAI client for Python, which only tests use
 * @property {boolean} reportsMissing the script is told by `--missing=REASON` what could not be had
 */

/**
 * For whatever serves. V8 lets its young generation grow to halves of 32 MiB; with 16 a stream costs a third of the memory
 * and the pauses are shorter (500 slow streams of `npm run bench`).
 */
export const serverFlags = ['--max-semi-space-size=16']

const usage = 'bootstrap.mjs start|dev|test|check|accept|bench|fuzz|cli [arguments]'

/**
 * What a command needs before it can run, and what it runs.
 * @param {readonly string[]} argv the command and its arguments
 * @returns {Plan}
 */
export function planOf([command, ...args]) {
  const plan = { args, nodeFlags: [], needsEngine: false, needsModel: false, needsPython: false, reportsMissing: false }
  const adapters = hasAdapters(args)
  switch (command) {
    case 'start':
      return {
        ...plan,
        script: 'services/main.ts',
        nodeFlags: serverFlags,
        needsEngine: adapters,
        needsModel: adapters,
      }
    case 'dev':
      return { ...planOf(['start', ...args]), nodeFlags: [...serverFlags, '--watch', '--watch-preserve-output'] }
    case 'test':
      return {
        ...plan,
        script: 'scripts/test.ts',
        needsEngine: true,
        needsModel: true,
        needsPython: true,
        reportsMissing: true,
      }
    case 'check':
      return { ...plan, script: 'scripts/check.ts', needsEngine: true }
    case 'accept':
      return { ...plan, script: 'scripts/accept.ts', needsEngine: true, needsModel: true, needsPython: true }
    case 'bench':
      return { ...plan, script: 'bench/run.ts' }
    case 'fuzz':
      return { ...plan, script: 'scripts/fuzz.ts' }
    case 'cli':
      return { ...plan, script: 'clients/cli/main.ts', ...cliNeeds(args) }
    default:
      throw new Error(`Unknown command '${command ?? ''}'. Usage: ${usage}`)
  }
}

/** @param {readonly string[]} args */
function cliNeeds([command, ...args]) {
  const serves = command === 'serve' && hasAdapters(args)
  // `hearth model fetch` may need the engine's downloader; it fetches the model itself.
  return {
    nodeFlags: command === 'serve' ? serverFlags : [],
    needsEngine: serves || command === 'model',
    needsModel: serves,
  }
}

/**
 * Only the adapters role loads a model; without `--roles` all roles run.
 * @param {readonly string[]} args
 */
function hasAdapters(args) {
  if (args.includes('--help') || args.includes('-h')) return false
  const index = args.findIndex((argument) => argument === '--roles' || argument.startsWith('--roles='))
  const value = args[index]?.split('=')[1] ?? args[index + 1]
  return index === -1 || (value ?? '').split(',').includes('adapters')
}
