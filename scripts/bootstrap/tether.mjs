// Loaded before a program that bootstrap runs. BOOTSTRAP_TETHER: the signal it gets when the process that started it
// was killed. The variable is removed so that processes forked later stay untied.
import { dieWithParent } from './die-with-parent.mjs'

const signal = process.env['BOOTSTRAP_TETHER']
delete process.env['BOOTSTRAP_TETHER']
if (signal !== undefined) dieWithParent(signal === 'SIGKILL' ? 'SIGKILL' : 'SIGTERM')
