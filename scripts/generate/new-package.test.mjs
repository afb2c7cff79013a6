import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { smallWorkspace } from '../lib/small-workspace.mjs'
import { readText } from '../lib/workspace.mjs'

// What the command refuses. That its packages pass every check is in new-package.slow.mjs.

const MANIFEST = readText(join(import.meta.dirname, '../../package.json'))
const COMMAND = join(import.meta.dirname, 'new-package.mjs')

test.each([
  [[], 'Usage: npm run new-package'],
  [['interceptor'], 'Usage: npm run new-package'],
  [['gadget', 'quota'], 'Usage: npm run new-package'],
  [['interceptor', 'Quota'], 'Usage: npm run new-package'],
  [['plugin', '../out'], 'Usage: npm run new-package'],
  [['plugin', 'core'], 'packages/core exists already'],
])('the arguments %j are refused, and say how to call it', (args, says) => {
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: smallWorkspace({ 'package.json': MANIFEST }),
    encoding: 'utf8',
  })
  expect(stderr).toContain(says)
  expect(status).toBe(1)
})
