import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { withCoreRange, withCoreVersion } from './core-version.mjs'

test('core states the version of its manifest, of a prerelease too', () => {
  const source = readFileSync(new URL('../../packages/core/src/base/version.ts', import.meta.url), 'utf8')
  expect(withCoreVersion(source, '3.14.2')).toContain("const VERSION = '3.14.2'\n")
  expect(withCoreVersion(source, '4.0.0-2')).toContain("const VERSION = '4.0.0-2'\n")
})

test('a source without the line is refused', () => {
  expect(() => withCoreVersion('const MAJOR = 1\n', '1.0.0')).toThrow('has no line')
})

test('a plugin states the range of its manifest', () => {
  const source = "  return {\n    name: 'cache',\n    core: '^1.0.0',\n    onRun() {},\n  }\n"
  expect(withCoreRange(source, '^1.0.0 || ^2.0.0-0')).toBe(source.replace('^1.0.0', '^1.0.0 || ^2.0.0-0'))
  const field = "export class LineSink {\n  readonly core: string = '^1.0.0'\n}\n"
  expect(withCoreRange(field, '^2.0.0')).toBe(field.replace('^1.0.0', '^2.0.0'))
  expect(withCoreRange("const core = '^1.0.0'\n", '^2.0.0')).toBe("const core = '^1.0.0'\n")
})
