import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { processContract } from './process-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyed-work-'))
beforeAll(() => {
  process.env['APART_SIDE_FILE'] = join(folder, 'counts')
})
afterAll(() => rmSync(folder, { recursive: true }))

// The packages of the stores run it with stores that pass. This store must not pass.
for (const { name, run } of processContract(new URL('../../test/apart-side.ts', import.meta.url)))
  test(
    `a store that is not shared breaks the contract: ${name}`,
    () =>
      expect(run()).rejects.toMatchObject({
        code: 'keyed-work/contract',
        message: expect.stringContaining(`The store breaks the rule "${name}": `),
      }),
    60_000,
  )
