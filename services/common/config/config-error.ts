import { HearthError } from '../errors/hearth-error.ts'

/** One wrong setting: where it stands and what is allowed there. Never holds the value, which may be a secret. */
export interface ConfigProblem {
  /** `config.yaml:12:3` (file, 1-based line and column), a file name alone, or the name of an environment variable. */
  readonly place: string
  /** Dotted path of the setting, such as `gateway.port`; empty when the whole file is meant. */
  readonly path: string
  /** What is wrong and what is allowed. */
  readonly message: string
  readonly file?: string
  readonly line?: number
}

export const problemLine = (problem: ConfigProblem): string =>
  `${problem.place}${problem.path === '' ? '' : ` ${problem.path}`}: ${problem.message}`

/** All problems of a configuration at once; the message has one line for each. Code `caller_invalid_request`. */
export class ConfigError extends HearthError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const first = problems[0]
    super('caller_invalid_request', problems.map(problemLine).join('\n'), {
      details: {
        ...(first?.path ? { param: first.path } : {}),
        ...(first?.file === undefined ? {} : { file: first.file }),
        ...(first?.line === undefined ? {} : { line: first.line }),
      },
    })
    this.problems = problems
  }
}
