// Stands for npm: `ci` empties node_modules, takes FAKE_NPM_MS, and puts Node and the hidden lockfile in, as npm does.
// Like npm it heeds no signal meanwhile. Each call is a line in FAKE_NPM_LOG; folders matching FAKE_NPM_FAILS fail.
const { appendFileSync, copyFileSync, mkdirSync, rmSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')

const folder = process.cwd()
const modules = join(folder, 'node_modules')
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
appendFileSync(process.env['FAKE_NPM_LOG'] ?? '', `${process.argv[2]} ${folder}\n`)
rmSync(modules, { recursive: true, force: true })
setTimeout(
  () => {
    const fails = process.env['FAKE_NPM_FAILS']
    if (fails && folder.endsWith(fails)) process.exit(1)
    mkdirSync(join(modules, '.bin'), { recursive: true })
    symlinkSync(process.env['FAKE_NPM_NODE'] ?? '', join(modules, '.bin', 'node'))
    copyFileSync(join(folder, 'package-lock.json'), join(modules, '.package-lock.json'))
  },
  Number(process.env['FAKE_NPM_MS'] ?? 0),
)
