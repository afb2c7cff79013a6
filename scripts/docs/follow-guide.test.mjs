import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { differences } from './follow-guide.mjs'
import { localRegistry } from '../release/local-registry.mjs'

let root

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'stageflow-guide-test-'))
  mkdirSync(join(root, 'example/app/node_modules/other'), { recursive: true })
  mkdirSync(join(root, 'tarballs/package'), { recursive: true })
  for (const file of ['README.md', 'app/same.ts', 'app/old.ts', 'app/surplus.ts', 'app/node_modules/other/index.js'])
    writeFileSync(join(root, 'example', file), 'one\n')
  writeFileSync(join(root, 'tarballs/package/package.json'), '{ "name": "@acme/quota", "version": "1.2.3" }')
  execFileSync('tar', ['-czf', 'quota.tgz', 'package'], { cwd: join(root, 'tarballs') })
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

test('an example that is not as its page has it is told file by file', () => {
  const files = new Map([
    ['app/same.ts', 'one\n'],
    ['app/old.ts', 'two\n'],
    ['app/missing.ts', 'one\n'],
  ])
  expect(differences(root, 'example', files)).toEqual([
    'example/app/surplus.ts: the page does not have it.',
    'example/app/old.ts: it is not as the page has it.',
    'example/app/missing.ts: it is not as the page has it.',
  ])
})

test('a packed package is found by its name, with a tarball to take, and any other is not', async () => {
  const registry = await localRegistry(join(root, 'tarballs'), '@acme')
  try {
    const url = registry.npmrc.match(/^@acme:registry=(.+)\/\n$/)[1]
    const { versions, ...rest } = await (await fetch(`${url}/@acme%2fquota`)).json()
    expect(rest).toEqual({ name: '@acme/quota', 'dist-tags': { latest: '1.2.3' } })
    expect((await fetch(versions['1.2.3'].dist.tarball)).status).toBe(200)
    expect((await fetch(`${url}/@acme%2fother`)).status).toBe(404)
    await expect(fetch(`${url}/-/missing.tgz`)).rejects.toThrow()
  } finally {
    await registry.close()
  }
})
