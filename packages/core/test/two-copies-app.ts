import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

// An app with one copy of core, and a package "acme" with another copy of its own: what the compiler says about it.

/** The sentence in each of the compiler's errors. */
export const SENTENCE = 'two copies of @stageflow/core: run npm ls @stageflow/core'

const ACME = `
import type { Interceptor, Pipeline, Slot, Stage, StageContext, StageGraph, StageObject, StageSlot } from '@stageflow/core'
import type { Repeat } from '@stageflow/core/repeat'
declare module '@stageflow/core' {
  interface StageOptions { readonly acmeMs?: number }
  interface EventMap { 'acme.hit': { readonly key: string } }
}
type Stages = { readonly inner: StageSlot<{ a: number }, false, never> }
export declare function cache(): Interceptor
export declare function greet(context: StageContext): Promise<{ a: number }>
export declare const object: StageObject<StageContext, { a: number }>
export declare const value: Stage<'acme', StageSlot<{ a: number }, false, never>, never, {}>
export declare const pipeline: Pipeline<Stages>
export declare const graph: StageGraph<Stages, {}>
export declare const slot: Slot<number>
export declare const repeat: Repeat<'inner'>
`

const demo = "new Pipeline('demo')"
/** Uses of a value of the other copy. Each is one error of the compiler. */
export const USES: Readonly<Record<string, string>> = {
  'an interceptor': `${demo}.withStage('a', () => ({})).build({ interceptors: [acme.cache()] })`,
  'a stage that is a function': `${demo}.withStage('a', acme.greet)`,
  'a stage that is an object': `${demo}.withStage('a', acme.object)`,
  'a stage of defineStage': "Pipeline.from('demo', [acme.value])",
  'a pipeline as a child': `${demo}.withPipeline('a', acme.pipeline)`,
  'a graph as a child': `${demo}.withPipeline('a', acme.graph)`,
  'a graph in asStage': `${demo}.withStage('a', asStage(acme.graph))`,
  'a pipeline in asStage': `${demo}.withStage('a', asStage(acme.pipeline))`,
  'a repeat of a child': `${demo}.withPipeline('a', new Pipeline('child').withStage('inner', () => ({})), { repeat: acme.repeat })`,
  'a pipeline in compose': `${demo}.compose(acme.pipeline)`,
  'a slot': `${demo}.withStage('a', (context) => ({ n: context.get(acme.slot) }))`,
}

const manifest = (fields: object): string => JSON.stringify({ version: '1.0.0', type: 'module', ...fields })

/** Writes the app into `folder`, which has core in its node_modules. The other copy has another version, as in an app. */
export async function writeApp(folder: string): Promise<void> {
  const [core, acme] = [join(folder, 'node_modules/@stageflow/core'), join(folder, 'node_modules/acme')]
  const copy = join(acme, 'node_modules/@stageflow/core')
  await mkdir(copy, { recursive: true })
  await cp(core, copy, { recursive: true })
  const own = JSON.parse(await readFile(join(core, 'package.json'), 'utf8')) as object
  await writeFile(join(copy, 'package.json'), JSON.stringify({ ...own, version: '1.999.0' }))
  await writeFile(join(acme, 'package.json'), manifest({ name: 'acme', exports: { '.': { types: './index.d.ts' } } }))
  await writeFile(join(acme, 'index.d.ts'), ACME)
  const uses = Object.values(USES).map((use, place) => `export const use${place} = ${use}\n`)
  await writeFile(
    join(folder, 'app.ts'),
    ["import { Pipeline, asStage } from '@stageflow/core'\n", "import * as acme from 'acme'\n", ...uses].join(''),
  )
}

const OPTIONS = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  target: 'es2023',
  module: 'nodenext',
  lib: ['es2023', 'dom', 'dom.asynciterable'],
  types: [],
}

/** Compiles the app. Returns the compiler's error for each use, as its lines. */
export async function compileApp(folder: string, tsc: string): Promise<ReadonlyMap<string, readonly string[]>> {
  // A file of its own: the folder may have a tsconfig.json for its other files, and newer compilers want to be told which one counts.
  await writeFile(join(folder, 'app.tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files: ['app.ts'] }))
  const output = await new Promise<string>((resolve) =>
    execFile(tsc, ['-p', 'app.tsconfig.json', '--pretty', 'false'], { cwd: folder }, (_, stdout) => resolve(stdout)),
  )
  const names = Object.keys(USES)
  return new Map(
    output
      .trim()
      .split(/\n(?! )/)
      .map((error) => [names[Number(/^app\.ts\((\d+),/.exec(error)?.[1]) - 3] ?? error, error.split('\n')]),
  )
}
