import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { PICTURE, runPicture } from './run-picture.mjs'

const ROOT = join(import.meta.dirname, '../..')

test('the picture of a run is the same every time, and up to date', async () => {
  const [first, second] = await Promise.all([runPicture(ROOT), runPicture(ROOT)])
  expect(second).toBe(first)
  expect(readFileSync(join(ROOT, PICTURE), 'utf8')).toBe(first)
})
