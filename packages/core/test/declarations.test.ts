import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The declarations of the package, as apps see them: with a `lib` of their own, and checked in full (no skipLibCheck).

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url))
let folder = ''

const tsc = (...options: readonly string[]): Promise<string> =>
  new Promise((resolve) => execFile(TSC, options, { cwd: folder }, (_, stdout) => resolve(stdout)))

/** What the compiler says about an app that has this code. */
async function compile(name: string, lib: readonly string[], code: string): Promise<string> {
  const options = {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    lib,
    types: [],
    declaration: true,
    noEmit: true,
  }
  const compilerOptions = { ...options, paths: { '@stageflow/core': ['./core/index.d.ts'] } }
  await writeFile(join(folder, `${name}.ts`), `import { Pipeline } from '@stageflow/core'\n${code}`)
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }))
  return tsc('-p', `${name}.json`, '--pretty', 'false')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stageflow-'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const emit = ['--composite', 'false', '--incremental', 'false', '--declarationMap', 'false', '--emitDeclarationOnly']
  expect(await tsc('-p', ROOT, ...emit, '--outDir', join(folder, 'core'))).toBe('')
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const FOLLOW = `
const run = new Pipeline('demo').withStage('a', () => ({ n: 1 })).build().start()
for await (const event of run) if (event.type === 'stage.a.completed') run.cancel('enough')
const result = await run.settled
if (result.status === 'completed') result.data.a.n satisfies number
`

test('an app whose lib has no Symbol.asyncDispose compiles against the declarations, and can follow a run', async () => {
  expect(await compile('es2022', ['es2022', 'dom'], FOLLOW)).toBe('')
})

test('an app whose lib has Symbol.asyncDispose can start a run with `await using`', async () => {
  const block = `
export async function first(): Promise<string | undefined> {
  await using run = new Pipeline('demo').withStage('a', () => ({ n: 1 })).build().start()
  const disposable: AsyncDisposable = run
  await disposable[Symbol.asyncDispose]()
  for await (const event of run) return event.type
  return undefined
}
`
  expect(await compile('disposable', ['es2022', 'dom', 'esnext.disposable'], FOLLOW + block)).toBe('')
})

test('a package can export pipelines with maps, and functions that add maps', async () => {
  const code = `
import { defineStage, mapStage } from '@stageflow/core'
const kid = new Pipeline('kid').withStage('draft', () => ({ text: 'x' }))
const list = defineStage({ name: 'list', run: () => ({ docs: ['x'] }) })
export const maps = new Pipeline('maps')
  .withMap('collected', { over: () => [1], each: async (n) => ({ n }), onItemFailure: 'collect', stream: true })
  .withMap('kids', { over: () => [1], each: kid, onItemFailure: 'skip' })
export const value = mapStage({ name: 'value', after: { list }, over: ({ from }) => from('list').docs, each: kid, stream: true })
export const addKids = <Child>(child: Pipeline<Child>) =>
  new Pipeline('maps').withMap('kids', { over: () => [1], each: child, stream: true })
export const kidsOf = <Child>(child: Pipeline<Child>) => mapStage({ name: 'kids', over: () => [1], each: child })
export const addLoad = <Data extends object>(load: () => Promise<Data>) =>
  new Pipeline('maps').withMap('loads', { over: () => [1], each: load, onItemFailure: 'collect' })
`
  expect(await compile('maps', ['es2022', 'dom'], code)).toBe('')
})
