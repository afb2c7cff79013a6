import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { defineConfig } from 'vitest/config'

// The tests of the workspace, but with the core that is installed in the folder STAGEFLOW_CORE.

const core = process.env.STAGEFLOW_CORE
const { exports } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8'))
const entries = Object.entries(exports).filter(([, target]) => target.default !== undefined)

export default defineConfig({
  resolve: {
    alias: entries.map(([entry, target]) => ({
      find: new RegExp(`^@stageflow/core${entry.slice(1)}$`),
      replacement: join(core, target.default),
    })),
  },
})
