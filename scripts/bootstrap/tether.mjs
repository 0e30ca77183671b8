// Loaded before a program that bootstrap runs, with `BOOTSTRAP_TETHER=PID SIGNAL`: the signal it gets when bootstrap was
// killed. The variable is removed so that processes forked later stay untied.
import { dieWithParent } from './die-with-parent.mjs'

const [pid, signal] = (process.env['BOOTSTRAP_TETHER'] ?? '').split(' ')
delete process.env['BOOTSTRAP_TETHER']
if (Number(pid) > 0) dieWithParent(Number(pid), signal === 'SIGKILL' ? 'SIGKILL' : 'SIGTERM')
