import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { diagnoses } from './doctor.ts'

/** A folder with these manifests, by their paths. */
function folderWith(manifests: Readonly<Record<string, object>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, manifest] of Object.entries(manifests)) {
    mkdirSync(join(folder, path), { recursive: true })
    writeFileSync(join(folder, path, 'package.json'), JSON.stringify(manifest))
  }
  return folder
}

const CORE = '@stageflow/core'
const RETRY = '@stageflow/interceptor-retry'
const core = (version: string) => ({ name: CORE, version, engines: { node: '>=22.13' } })
const retry = { name: RETRY, version: '1.0.0', peerDependencies: { [CORE]: '^1.0.0' } }
const app = { name: 'shop', dependencies: { [CORE]: '^1.0.0', [RETRY]: '^1.0.0' } }

const wrong = (folder: string, node = 'v24.1.0') =>
  diagnoses(folder, node).flatMap(({ ok, text }) => (ok ? [] : [text.replaceAll('\\', '/')]))

test('an app whose packages fit is healthy', () => {
  const folder = folderWith({ '.': app, [`node_modules/${CORE}`]: core('1.2.0'), [`node_modules/${RETRY}`]: retry })
  expect(diagnoses(folder, 'v24.1.0')).toEqual([
    { ok: true, text: 'Node v24.1.0' },
    { ok: true, text: 'one copy of @stageflow/core 1.2.0' },
  ])
})

test('two copies of core are found, with their places and who gets which', () => {
  const folder = folderWith({
    '.': app,
    [`node_modules/${CORE}`]: core('1.2.0'),
    [`node_modules/${RETRY}`]: retry,
    [`node_modules/${RETRY}/node_modules/${CORE}`]: core('1.1.0'),
  })
  expect(wrong(folder)).toEqual([
    `2 copies of ${CORE}: 1.2.0 in node_modules/${CORE} (used by shop); 1.1.0 in node_modules/${RETRY}/node_modules/${CORE} (used by ${RETRY}). A stage of one can't be used with the other. Give all packages one version, then run: npm dedupe`,
  ])
})

test('one copy that is linked to from two places, as pnpm does, is one copy', () => {
  const folder = folderWith({ '.': app, 'store/core': core('1.2.0'), 'store/retry': retry })
  for (const place of ['node_modules', 'store/retry/node_modules']) {
    mkdirSync(join(folder, place, '@stageflow'), { recursive: true })
    symlinkSync(join(folder, 'store/core'), join(folder, place, CORE), 'junction')
  }
  symlinkSync(join(folder, 'store/retry'), join(folder, 'node_modules', RETRY), 'junction')
  expect(wrong(folder)).toEqual([])
})

test('a plugin that needs another core is found, with the command that fixes it', () => {
  const other = { name: '@acme/stageflow-quota', version: '3.0.0', peerDependencies: { [CORE]: '^2.0.0' } }
  const folder = folderWith({
    '.': { dependencies: { [CORE]: '1', [other.name]: '3' } },
    [`node_modules/${CORE}`]: core('1.2.0'),
    [`node_modules/${other.name}`]: other,
  })
  expect(wrong(folder)).toEqual([
    `@acme/stageflow-quota 3.0.0 needs ${CORE} ^2.0.0, and gets 1.2.0. Run: npm install "${CORE}@^2.0.0"`,
  ])
})

test('a missing peer is found, unless it is optional', () => {
  const peers = { '@stageflow/tools': '^1.0.0', '@stageflow/durable-postgres': '^1.0.0' }
  const agent = {
    name: '@stageflow/agent',
    version: '1.0.0',
    peerDependencies: peers,
    peerDependenciesMeta: { '@stageflow/durable-postgres': { optional: true } },
  }
  const folder = folderWith({
    '.': { devDependencies: { [CORE]: '1', '@stageflow/agent': '1' } },
    [`node_modules/${CORE}`]: core('1.2.0'),
    'node_modules/@stageflow/agent': agent,
  })
  expect(wrong(folder)).toEqual([
    '@stageflow/agent 1.0.0 needs @stageflow/tools ^1.0.0, which isn\'t installed. Run: npm install "@stageflow/tools@^1.0.0"',
  ])
})

test('a prerelease of core fits a range that names it', () => {
  const plugin = { ...retry, peerDependencies: { [CORE]: '^1.0.0 || ^1.3.0-0' } }
  const folder = folderWith({ '.': app, [`node_modules/${CORE}`]: core('1.3.0-1'), [`node_modules/${RETRY}`]: plugin })
  expect(wrong(folder)).toEqual([])
})

test.each([
  ['v20.11.0', false, 'Node v20.11.0 is too old. Stageflow needs 22.13.0 or newer.'],
  [
    'v22.14.0',
    true,
    "Node v22.14.0; journals can't be read before 22.15.0; TypeScript needs --experimental-strip-types before 22.18.0",
  ],
  ['v22.17.1', true, 'Node v22.17.1; TypeScript needs --experimental-strip-types before 22.18.0'],
  ['v22.18.0', true, 'Node v22.18.0'],
])('of Node %s it says what works', (version, ok, text) => {
  const folder = folderWith({ '.': app, [`node_modules/${CORE}`]: core('1.2.0'), [`node_modules/${RETRY}`]: retry })
  expect(diagnoses(folder, version)[0]).toEqual({ ok, text })
})

test('a package that needs a newer Node is found', () => {
  const newer = { name: 'stageflow-store-acme', version: '2.0.0', engines: { node: '>=26' } }
  const folder = folderWith({
    '.': { dependencies: { [CORE]: '1', [newer.name]: '2' } },
    [`node_modules/${CORE}`]: core('1.2.0'),
    [`node_modules/${newer.name}`]: newer,
  })
  expect(wrong(folder)).toEqual(['stageflow-store-acme 2.0.0 needs Node >=26, and this is v24.1.0. Install that Node.'])
})

test('a folder without an app, and an app without core, are said so', () => {
  const [first] = wrong(folderWith({ empty: {} }) + '/nothing')
  expect(first).toMatch(/^Neither .*\/nothing nor a folder above it has a package\.json\./)
  expect(wrong(folderWith({ '.': { name: 'other' } }))).toEqual([`${CORE} isn't installed. Run: npm install ${CORE}`])
})
