import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }
const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'))

/** Imports an entry in a new process, after other code has run there. Returns what the process printed as it failed. */
function importAfter(code: string, entry: string): string {
  const file = JSON.stringify(join(ROOT, 'src', entry === '.' ? 'index.ts' : `${entry}.ts`))
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', `${code}; await import(${file})`],
    {
      encoding: 'utf8',
    },
  )
  return status === 0 ? '' : stderr
}

test.each(entries)(
  'without Promise.withResolvers, as in Node 20, the import of %s fails with one sentence (core/old-runtime)',
  (entry) => {
    expect(importAfter('', entry)).toBe('')
    const printed = importAfter('delete Promise.withResolvers', entry)
    expect(printed).toContain('StageflowError: This runtime has no Promise.withResolvers. Use Node 22.13')
    expect(printed).toContain("code: 'core/old-runtime'")
  },
)
