import { processContract } from '@stageflow/keyed-work/contract'
import { beforeAll, test } from 'vitest'

import { ownFiles } from '../test/own-files.ts'

const file = ownFiles()()
beforeAll(() => {
  process.env['SQLITE_SIDE_FILE'] = file
})

for (const { name, run } of processContract(new URL('../test/sqlite-side.ts', import.meta.url)))
  test(name, run, 120_000)
