import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { processContract } from '@stageflow/keyed-work/contract'

// Processes race for keys, are frozen and killed. Each of them opens the
// store with test/process-side.ts.
const folder = mkdtempSync(join(tmpdir(), 'template-name-'))
// the processes inherit it
process.env['TEMPLATE_NAME_FILE'] = join(folder, 'work.db')
after(() => rmSync(folder, { recursive: true }))
for (const { name, run } of processContract(
  new URL('../test/process-side.ts', import.meta.url),
))
  test(name, run)
