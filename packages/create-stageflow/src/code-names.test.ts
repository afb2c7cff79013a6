import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { KINDS, isApp, type Kind } from './kinds.ts'
import { namesOf, type Names } from './naming.ts'
import { codeName, templateFiles } from './template-files.ts'

const kinds = Object.keys(KINDS) as Kind[]
/** Names of globals, of what the templates import, declare and pass, of their files, reserved words, and words that no identifier begins with. */
const HOSTILE =
  'event event-sink @acme/event event-server sink-options exporter-options buffered stageflow-2fa stageflow-2-factor ' +
  'promise error map set process console test describe assert object array string number symbol date json url buffer fetch ' +
  'response request abort-signal undefined infinity math reflect proxy intl performance crypto structured-clone queue-microtask ' +
  'delete new class await import default function interface enum type of as from async then require module exports constructor ' +
  'prototype to-string value-of has-own-property pipeline interceptor-options stage-output interceptors clock manual-clock ' +
  'system-clock calls slow-call options rules write lines accept batch report stats close flush emit data graph stores database ' +
  'work record keyed exporter-report wait-options database-sync index contract processes process-side con aux nul'
/** By day every third name; STAGEFLOW_HEAVY=1 tries all of them. */
const isHeavy = process.env['STAGEFLOW_HEAVY'] === '1'
const hostile = HOSTILE.split(' ').filter((_, place) => isHeavy || place % 3 === 0)

/** What the command makes of a name, or why it makes nothing. */
function made(kind: Kind, given: string): { readonly names: Names; readonly files: ReadonlyMap<string, string> } {
  const names = namesOf(kind, given)
  // The declarations of the AI SDK compile only with `skipLibCheck`, which an app has and a plugin hasn't.
  return { names, files: templateFiles(kind, names, [], 'none') }
}

test(`with each of ${hostile.length} names that mean something in code, each template and its README compile`, () => {
  const root = mkdtempSync(join(tmpdir(), 'stageflow-hostile-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  write(join(root, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(import.meta.dirname, '../node_modules'), join(root, 'node_modules'))
  for (const kind of kinds)
    // The code of an app doesn't have its name.
    for (const given of isApp(kind) ? hostile.slice(0, 1) : hostile) {
      const { names, files } = made(kind, given)
      const folder = join(root, kind, names.packageName.replace('/', '-'))
      for (const [path, text] of files) if (path.endsWith('.ts')) write(join(folder, path), text)
      if (!isApp(kind)) write(join(folder, 'use.ts'), useOf(files.get('README.md') ?? '', names))
    }
  const { compilerOptions } = JSON.parse(made('sink', 'lines').files.get('tsconfig.json') ?? '')
  // Without a build, the packages are read from their sources, which are of es2024.
  const options = { ...compilerOptions, lib: ['es2024', 'dom'], customConditions: ['@stageflow/source'] }
  write(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: kinds }))
  expect(compile(root)).toBe('')
}, 120_000) // compiles some thousand files

test.each([
  ['sink', 'event', 'custom-event', 'src/custom-event-sink.ts'],
  ['sink', 'promise', 'promise', 'src/promise-sink.ts'],
  ['interceptor', 'promise', 'promise', 'src/promise.ts'],
  ['interceptor', 'process', 'custom-process', 'src/custom-process.ts'],
  ['interceptor', 'delete', 'custom-delete', 'src/custom-delete.ts'],
  ['interceptor', 'calls', 'custom-calls', 'src/custom-calls.ts'],
  ['interceptor', 'manual-clock', 'custom-manual-clock', 'src/custom-manual-clock.ts'],
  ['interceptor', 'contract', 'custom-contract', 'src/custom-contract.test.ts'],
  ['interceptor', 'index', 'custom-index', 'src/custom-index.ts'],
  ['interceptor', 'aux', 'custom-aux', 'src/custom-aux.ts'],
  ['store', 'stageflow-2fa', 'custom-2fa', 'src/custom-2fa-store.ts'],
  ['interceptor', 'token-quota', 'token-quota', 'src/token-quota.ts'],
] as const)('a %s of the name %s is called %s in the code', (kind, given, inCode, file) => {
  const { names, files } = made(kind, given)
  expect(codeName(kind, names)).toBe(inCode)
  expect([...files.keys()]).toContain(file)
})

test('another name in the code changes no name of the package, its codes and its keywords', () => {
  const { files } = made('sink', 'event')
  const manifest = JSON.parse(files.get('package.json') ?? '')
  expect(manifest).toMatchObject({ name: 'stageflow-sink-event', keywords: ['stageflow', 'stageflow-sink', 'event'] })
  expect(files.get('src/custom-event-sink.ts')).toContain("'sink-event/timed-out'")
  expect(files.get('README.md')).toContain("import { customEventSink } from 'stageflow-sink-event'")
})

/** The code of a README, with the sources in the place of the published package. */
function useOf(readme: string, { packageName }: Names): string {
  const [fence] = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code)
  return (fence ?? expect.fail(packageName)).replaceAll(`'${packageName}'`, "'./src/index.ts'")
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** What the compiler says. */
function compile(root: string): string {
  const tsc = join(import.meta.dirname, '../../../node_modules/.bin/tsc')
  try {
    return execFileSync(tsc, ['-p', root], { encoding: 'utf8' })
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout)
  }
}
