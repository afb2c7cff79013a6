import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

import { ROOT } from './setup.mjs'

// Loaded before examples/third-party/app/app.ts, whose files are those of a how-to page and outside the workspace. The app finds the
// third-party package in its sources, unbuilt, and our packages as `defaults` does.

const HELP = `Runs an app that inserts an interceptor of another author among the default ones, and prints what its quota allowed.

Usage: npm run example third-party

Exit codes: 0 done, 1 failed, 2 wrong options
`
const DEFAULTS = pathToFileURL(join(ROOT, 'packages/defaults/src/index.ts')).href
const QUOTA = pathToFileURL(join(ROOT, 'examples/third-party/stageflow-interceptor-quota/src/quota.ts')).href

const [option] = process.argv.slice(2)
if (option === '--help' || option === '-h') {
  process.stdout.write(HELP)
  process.exit(0)
}
if (option !== undefined) {
  process.stderr.write(`Unknown option "${option}". There is only --help.\n`)
  process.exit(2)
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'stageflow-interceptor-quota') return { url: QUOTA, shortCircuit: true }
    if (specifier === '@stageflow/defaults') return { url: DEFAULTS, shortCircuit: true }
    const isOurs = specifier.startsWith('@stageflow/') && context.parentURL?.includes('/examples/third-party/')
    return next(specifier, isOurs ? { ...context, parentURL: DEFAULTS } : context)
  },
})
