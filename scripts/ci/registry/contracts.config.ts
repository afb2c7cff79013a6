import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { defineConfig } from 'vitest/config'

// The tests of the workspace, but with the core that is installed in the folder STAGEFLOW_CORE.

type Exports = Record<string, string | { readonly default: string }>

const core = process.env['STAGEFLOW_CORE'] ?? ''
const { exports } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8')) as { exports: Exports }
const entries = Object.entries(exports).flatMap(([entry, target]) =>
  typeof target === 'string' ? [] : [{ entry, file: target.default }],
)

export default defineConfig({
  resolve: {
    alias: entries.map(({ entry, file }) => ({
      find: new RegExp(`^@stageflow/core${entry.slice(1)}$`),
      replacement: join(core, file),
    })),
  },
})
