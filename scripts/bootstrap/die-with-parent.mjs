const checkEveryMs = 1000

/**
 * A process whose parent was killed outright would go on holding its ports or files: it sends itself the signal instead.
 * @param {NodeJS.Signals} signal
 */
export function dieWithParent(signal) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, signal)
  }, checkEveryMs)
  timer.unref()
}
