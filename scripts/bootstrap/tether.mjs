// Loaded before the program that bootstrap runs. The variable is removed so that processes forked later stay untied.
import { dieWithParent } from './die-with-parent.mjs'

const bootstrapPid = Number(process.env['BOOTSTRAP_PID'])
delete process.env['BOOTSTRAP_PID']
if (bootstrapPid > 0) dieWithParent(bootstrapPid)
