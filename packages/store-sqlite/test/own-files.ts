import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll } from 'vitest'

/** A function that returns the path of a file in a new folder, which is removed after the tests of this test file. */
export function ownFiles(): (name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'store-sqlite-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  let files = 0
  return (name = 'stores.db') => join(folder, `${++files}-${name}`)
}
