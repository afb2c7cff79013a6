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

test.each([undefined, {}, 7, './side.ts'])('a module that is %o is refused', (module) => {
  expect(() => processContract(module as never)).toThrow(
    expect.objectContaining({
      code: 'keyed-work/illegal-option',
      message: expect.stringContaining(
        "processContract(): module must be the address of a module: new URL('./side.ts', import.meta.url), not ",
      ),
    }),
  )
})

test.each([
  ['export const other = 1', 'openSide must be a function () => { store, count, counted, close }, not undefined.'],
  ['export const openSide = () => 7', 'openSide() must be an object, not 7.'],
  [
    'export const openSide = () => ({ store: {}, count() {}, counted: 1 })',
    'openSide().store must be a store with claim(), complete(), release(), not an object; openSide().counted must be a function (prefix) => number, not 1; openSide().close must be a function () => void, not undefined.',
  ],
])('a module with %o is refused by each case', async (code, message) => {
  for (const { run } of processContract(new URL(`data:text/javascript,${encodeURIComponent(code)}`)))
    await expect(run()).rejects.toMatchObject({
      code: 'keyed-work/illegal-option',
      message: `processContract(): ${message}`,
    })
})
