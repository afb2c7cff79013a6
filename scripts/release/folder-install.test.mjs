import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { runCommand } from '../docs/snippet-runner.mjs'

// An app outside the workspace that has installed packages by their folders, after `npm run build`. Its compiler options are its own: they
// allow neither imports that end with .ts nor the newest library, as the sources of the packages need.

const ROOT = join(import.meta.dirname, '../..')
const TSC = join(ROOT, 'node_modules/.bin/tsc')
const PACKAGES = ['core', 'report', 'defaults']
const APP = `
import { Pipeline } from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'
import { createStageflow } from '@stageflow/defaults'
import { timeline } from '@stageflow/report'

const hello = new Pipeline('hello').withStage('greet', ({ snapshot }) => ({ text: \`Hello, \${snapshot.inputText}!\` }))
const app = createStageflow({ interceptors: { logging: false } })
const result = await app.run(hello, { inputText: 'Ada' })
if (result.status === 'completed') console.log(result.data.greet.text, timeline(result.report).includes('greet'), typeof createRedactor)
await app.close()
`

// What a library may export: functions of its user's code, whose types only core can name.
const LIBRARY = `
import { defineStage, Pipeline, StageKind, StageOutput, type AnyStage } from '@stageflow/core'
import { gate, soft, stream } from '@stageflow/core/edges'

const before = defineStage({ name: 'before', run: () => ({ size: 1 }) })
export const stageOf = <Return extends object>(run: () => Return) => defineStage({ name: 'own', after: { before }, run })
export const checked = <S extends AnyStage>(stage: S) =>
  defineStage({ name: 'checked', kind: StageKind.GUARD, after: { stage }, join: 'any', run: () => StageOutput.skip('not now') })
export const listed = <Return extends object>(run: () => Return) => Pipeline.from('listed', [before, stageOf(run)])
export const pipelineOf = <Return extends object>(run: () => Promise<Return>) =>
  new Pipeline('library')
    .withStage('first', async function* () {
      yield 'a chunk'
      return { text: 'all' }
    })
    .withStage('own', run, StageKind.WORK, { dependencies: ['first'], when: ({ from }) => from('first').text !== '', onFailure: 'skip' })
export const parent = <Item, Return extends object>(items: readonly Item[], run: () => Promise<Return>) =>
  new Pipeline('parent').withPipeline('child', pipelineOf(run)).withMap('each', { over: () => items, each: (item: Item) => ({ item }) })
export const voiceOf = <Return extends object>(run: () => Promise<Return>) =>
  pipelineOf(run)
    .withStage('check', () => ({}))
    .withStage('speak', async ({ inputs }) => {
      for await (const text of inputs.stream('first')) if (text === '') break
      return { own: inputs.from('own') }
    }, { dependencies: [stream('first'), soft('own', { waitMs: 80 }), gate('check')] })
export const runOf = <Return extends object>(run: () => Promise<Return>) => parent([1], run).build({}).run({ inputText: 'a' })
`

let app
beforeAll(async () => {
  app = mkdtempSync(join(tmpdir(), 'stageflow-app-'))
  writeFileSync(join(app, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  const folders = PACKAGES.map((name) => join(ROOT, 'packages', name))
  await succeed(TSC, ['-b', ...folders], ROOT)
  await succeed('npm', ['install', '--offline', '--no-audit', '--no-fund', ...folders], app)
  writeFileSync(join(app, 'app.ts'), APP)
  writeFileSync(join(app, 'library.ts'), LIBRARY)
})
afterAll(() => rmSync(app, { recursive: true, force: true }))

test.each([
  ['nodenext', { module: 'nodenext' }],
  ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
])('an app compiles against packages installed by folder, with its own options for %s', async (_, options) => {
  const compilerOptions = { target: 'es2022', strict: true, noEmit: true, types: [], ...options }
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['app.ts'] }))
  expect(await runCommand(TSC, ['-p', app, '--pretty', 'false'], { cwd: app })).toMatchObject({ code: 0, output: '' })
})

test('a library that exports generic stages and pipelines can write its declarations', async () => {
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    types: [],
    declaration: true,
    outDir: 'out',
    rootDir: '.',
  }
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['library.ts'] }))
  expect(await runCommand(TSC, ['-p', app, '--pretty', 'false'], { cwd: app })).toMatchObject({ code: 0, output: '' })
})

test('the app runs', async () => {
  const { code, output } = await runCommand(process.execPath, ['app.ts'], { cwd: app })
  expect(output).toContain('Hello, Ada! true')
  expect(code).toBe(0)
})

async function succeed(command, args, cwd) {
  const { code, output } = await runCommand(command, args, { cwd })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${output}`)
}
