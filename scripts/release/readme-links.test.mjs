import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { absoluteLinks, linksOutside, withAbsoluteLinks } from './readme-links.mjs'

const manifest = { repository: { url: 'git+https://example.com/org/name.git' } }
const README =
  'See [stages](../../docs/stages.md#kinds), [retry](../retry), [here](#use) and [npm](https://npmjs.com).\n'

test('links out of a package become addresses in its repository, others stay', () => {
  expect(absoluteLinks(README, 'packages/core', manifest)).toBe(
    'See [stages](https://example.com/org/name/blob/main/docs/stages.md#kinds), ' +
      '[retry](https://example.com/org/name/blob/main/packages/retry), [here](#use) and [npm](https://npmjs.com).\n',
  )
  expect(linksOutside(README)).toStrictEqual(['../../docs/stages.md#kinds', '../retry'])
  expect(linksOutside(absoluteLinks(README, 'packages/core', manifest))).toStrictEqual([])
})

test('the README of the workspace is as before, also if packing fails', () => {
  const root = mkdtempSync(join(tmpdir(), 'stageflow-readme-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const file = join(root, 'packages/core/README.md')
  mkdirSync(join(root, 'packages/core'), { recursive: true })
  writeFileSync(file, README)
  const packages = [{ folder: 'packages/core', manifest }]
  expect(withAbsoluteLinks(root, packages, () => linksOutside(readFileSync(file, 'utf8')))).toStrictEqual([])
  const failing = () => {
    throw new Error('no disk')
  }
  expect(() => withAbsoluteLinks(root, packages, failing)).toThrow('no disk')
  expect(readFileSync(file, 'utf8')).toBe(README)
})
