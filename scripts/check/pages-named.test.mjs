import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { guidePages } from '../generate/error-guides.mjs'

// What scripts and pages of this repository name exists on the other side.

const ROOT = join(import.meta.dirname, '../..')

test('the map for contributors names every check', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const page = readFileSync(join(ROOT, 'docs/project/architecture.md'), 'utf8')
  const checks = Object.keys(scripts).filter((name) => name.startsWith('check:'))
  const isNamed = (check) => page.includes(`\`${check}\``) || page.includes(`\`${check.replace('check:', '')}\``)
  expect(checks.filter((check) => !isNamed(check))).toEqual([])
})

test('every guide that an error code links to exists', () => {
  expect(guidePages().filter((page) => !existsSync(join(ROOT, page)))).toEqual([])
})
