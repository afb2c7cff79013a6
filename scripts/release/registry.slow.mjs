import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { runCommand } from '../docs/snippet-runner.mjs'
import { localRegistry } from './local-registry.mjs'
import { publishTarball } from './publish.mjs'

// What scripts, guides and tests rely on of the registry of this machine.

const LONGEST_MS = 300_000

let folder
let registry
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stageflow-release-tests-'))
  registry = await localRegistry()
})
afterAll(async () => {
  await registry?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the local registry serves what was published there, and everything else from the public one', async () => {
  await publishTarball(await packedPackage('stageflow-quota', '1.2.3'), registry)
  const app = folderWith('app', { '.npmrc': registry.npmrc, 'package.json': '{ "private": true }' })
  await run('npm', ['install', '--no-audit', '--no-fund', 'stageflow-quota', 'partial-json'], app)
  expect(versionIn(app, 'stageflow-quota')).toBe('1.2.3')
  expect(versionIn(app, 'partial-json')).toMatch(/^\d/)
})

test('a package of ours that was not published to the local registry is not taken from the public one', async () => {
  const answer = await fetch(`${registry.url}@stageflow%2fcore`)
  expect(answer.status).toBe(404)
})

test('a version is published once', async () => {
  const tarball = await packedPackage('stageflow-once', '1.0.0')
  await publishTarball(tarball, registry)
  await expect(publishTarball(tarball, registry)).rejects.toThrow(
    'cannot publish over the previously published versions',
  )
})

async function packedPackage(name, version) {
  const manifest = { name, version, publishConfig: { access: 'public', provenance: true } }
  const source = folderWith(name, { 'package.json': JSON.stringify(manifest) })
  await run('npm', ['pack', '--silent'], source)
  return join(source, `${name}-${version}.tgz`)
}

function folderWith(name, files) {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
  return path
}

function versionIn(app, name) {
  return JSON.parse(readFileSync(join(app, 'node_modules', name, 'package.json'), 'utf8')).version
}

async function run(command, args, cwd) {
  const { code, stdout, output } = await runCommand(command, args, { cwd, timeoutMs: LONGEST_MS })
  expect({ code, output }).toMatchObject({ code: 0 })
  return stdout
}
