import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { defineConfig } from 'vitest/config'
import type { TestProjectInlineConfiguration } from 'vitest/config'

import base from '../../vitest.config.ts'

// The tests, with one file of the sources changed: RULE_MUTANT is `{ file, find, replace }` as JSON. Nothing is written.

const ROOT = process.cwd()
const { file, find, replace } = JSON.parse(process.env['RULE_MUTANT'] ?? '{}') as Record<string, string | undefined>

const mutated = {
  name: 'rule-mutant',
  enforce: 'pre' as const,
  load: (id: string) => {
    if (file === undefined || find === undefined || id.split('?')[0] !== join(ROOT, file)) return undefined
    return readFileSync(join(ROOT, file), 'utf8').replace(find, () => replace ?? '')
  },
}

// Modules that are kept on the disk know nothing of a mutant.
const fsModuleCache = false

const projects = (base.test?.projects ?? []) as readonly TestProjectInlineConfiguration[]

export default defineConfig({
  root: ROOT,
  test: {
    ...base.test,
    fsModuleCache,
    projects: projects.map((project) => ({ ...project, plugins: [mutated], test: { ...project.test, fsModuleCache } })),
  },
})
