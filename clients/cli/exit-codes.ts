/** What the exit code of every command means; shown by `hearth help`. */
export const exitCodes = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'the run or command failed' },
  usage: { code: 2, meaning: 'wrong usage' },
  unreachable: { code: 3, meaning: 'the server cannot be reached' },
  denied: { code: 4, meaning: 'no valid token, or it lacks the right' },
  configInvalid: { code: 5, meaning: 'the configuration is invalid' },
  interrupted: { code: 130, meaning: 'interrupted' },
} as const

export type Exit = keyof typeof exitCodes
