const checkEveryMs = 1000

/**
 * A process whose parent was killed outright would go on holding its ports: it sends itself SIGTERM instead.
 * @param {number} parentPid
 */
export function dieWithParent(parentPid) {
  const timer = setInterval(() => {
    if (process.ppid === parentPid) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, checkEveryMs)
  timer.unref()
}
