/**
 * @typedef {object} Plan
 * @property {string} script run under Node 24, relative to the root of the project
 * @property {readonly string[]} args passed through
 * @property {readonly string[]} nodeFlags for Node itself
 * @property {boolean} needsEngine the nested package that runs the embedded model
 * @property {boolean} needsModel the GGUF file
 * @property {boolean} needsPython the official clients of OpenAI and MCP for Python, and MCP servers, which only tests use
 * @property {boolean} needsConsole the built page
 * @property {boolean} needsBrowser Chromium, which only tests of the page use
 * @property {boolean} reportsMissing the script is told by `--missing=REASON` what could not be had
 */

/**
 * For whatever serves. V8 lets its young generation grow to halves of 32 MiB; with 16 a stream costs a third of the memory
 * and the pauses are shorter. Pretenuring puts short-lived events into the old generation, which then grows by two to
 * three times as much for each token (500 slow streams of `npm run bench`, both). V8 counts to 3000 calls before it compiles
 * a function with all its means; a house may need a week for so many answers. With 400 the first token after 2000 answers
 * comes 0.4 to 0.6 ms earlier, and an answer costs a fifth less CPU (interleaved runs of `first-token`, both wires).
 */
export const serverFlags = [
  '--max-semi-space-size=16',
  '--no-allocation-site-pretenuring',
  '--invocation-count-for-turbofan=400',
]

const usage = 'bootstrap.mjs start|dev|build|test|check|accept|bench|fuzz|cli [arguments]'

/**
 * What a command needs before it can run, and what it runs.
 * @param {readonly string[]} argv the command and its arguments
 * @returns {Plan}
 */
export function planOf([command, ...args]) {
  const plan = { ...nothing, args }
  switch (command) {
    case 'start':
      return {
        ...plan,
        script: 'services/main.ts',
        nodeFlags: serverFlags,
        ...serverNeeds(args),
      }
    case 'dev':
      return { ...planOf(['start', ...args]), nodeFlags: [...serverFlags, '--watch', '--watch-preserve-output'] }
    case 'build':
      return { ...plan, script: 'scripts/build-console.ts' }
    case 'test':
      return { ...plan, ...everything, script: 'scripts/test.ts', reportsMissing: true }
    case 'check':
      return { ...plan, script: 'scripts/check.ts', needsEngine: true }
    case 'accept':
      return { ...plan, ...everything, script: 'scripts/accept.ts' }
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

const nothing = {
  nodeFlags: /** @type {readonly string[]} */ ([]),
  needsEngine: false,
  needsModel: false,
  needsPython: false,
  needsConsole: false,
  needsBrowser: false,
  reportsMissing: false,
}

const everything = { needsEngine: true, needsModel: true, needsPython: true, needsConsole: true, needsBrowser: true }

/** @param {readonly string[]} args */
function cliNeeds([command, ...args]) {
  if (command === 'serve') return { nodeFlags: serverFlags, ...serverNeeds(args) }
  // `hearth model fetch` may need the engine's downloader; it fetches the model itself.
  return { needsEngine: command === 'model' }
}

/**
 * Only the adapters role loads a model, and only the gateway serves the page.
 * @param {readonly string[]} args
 */
function serverNeeds(args) {
  const adapters = hasRole(args, 'adapters')
  return { needsEngine: adapters, needsModel: adapters, needsConsole: hasRole(args, 'gateway') }
}

/**
 * Without `--roles` all roles run.
 * @param {readonly string[]} args
 * @param {string} role
 */
function hasRole(args, role) {
  if (args.includes('--help') || args.includes('-h')) return false
  const index = args.findIndex((argument) => argument === '--roles' || argument.startsWith('--roles='))
  const value = args[index]?.split('=')[1] ?? args[index + 1]
  return index === -1 || (value ?? '').split(',').includes(role)
}
