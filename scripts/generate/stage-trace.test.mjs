import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { smallWorkspace } from '../lib/small-workspace.mjs'
import { runCommand } from '../docs/snippet-runner.mjs'

const PAGE = 'packages/core/ARCHITECTURE.md'
const EMPTY = `# Core\n\n<!-- generated: the way of a stage -->\n<!-- /generated -->\n\nThe end.\n`

// An engine that is just enough to be traced. With interceptors it enters one more file.
const ENGINE = {
  'index.js': `export { Pipeline } from './pipeline.js'\n`,
  'pipeline.js': `
    import { Run } from './run/run.js'
    export class Pipeline {
      withStage(name, code) { return Object.assign(this, { code }) }
      build({ interceptors }) { return { run: async (input) => { const run = new Run(this.code, interceptors); return run.start(input) } } }
    }`,
  'run/run.js': `
    import { call } from '../call.js'
    import { layered } from '../layers.js'
    export class Run {
      #code
      constructor(code, interceptors) { this.#code = interceptors.length > 0 ? layered(code) : code }
      start() { return this.#drive().then((output) => output) }
      async #drive() { return call(this.#code, this) }
      get inputs() { return {} }
    }`,
  'call.js': `export const call = (code, context) => code(context)\n`,
  'layers.js': `export function layered(code) { return (context) => code(context) }\n`,
}

/** Runs the script on the small workspace with this page and this engine. */
async function trace({ page = EMPTY, engine = {}, args = [] } = {}) {
  const files = Object.entries({ ...ENGINE, ...engine }).map(([file, text]) => [`packages/core/dist/${file}`, text])
  const root = smallWorkspace({ [PAGE]: page ?? undefined, ...Object.fromEntries(files) })
  const run = (more) =>
    runCommand(process.execPath, [join(import.meta.dirname, 'stage-trace.mjs'), ...more], { cwd: root })
  return { ...(await run(args)), run, read: () => readFileSync(join(root, PAGE), 'utf8') }
}

const lastLine = (stdout) => stdout.trim().split('\n').at(-1)

test('the figures are files entered and moves between files, each with its maximum', async () => {
  const { code, stdout } = await trace()
  expect(code).toBe(0)
  expect(stdout).toContain('bare: 3 files entered (12), 3 moves between files (30)\n')
  expect(stdout).toContain('part: 4 files entered (14), 6 moves between files (40)\n')
  expect(lastLine(stdout)).toBe('files/moves of one stage: bare 3/3, part 4/6, wrap 4/6, both 4/6')
})

test('the section has a row for each stay in a file, with the functions in order, and is put between its markers', async () => {
  const { read } = await trace()
  expect(read()).toMatch(/^# Core\n\n<!-- generated: the way of a stage -->\n/)
  expect(read()).toMatch(/<!-- \/generated -->\n\nThe end\.\n$/)
  expect(read()).toContain(
    [
      '| step | file | functions |',
      '| --- | --- | --- |',
      '| 1 | [`pipeline.ts`](src/pipeline.ts) | `run` |',
      '| 2 | [`run/run.ts`](src/run/run.ts) | `new Run`, `start`, `#drive` |',
      '| 3 | [`call.ts`](src/call.ts) | `call` |',
      '| 4 | [`run/run.ts`](src/run/run.ts) | `get inputs`, `start` |',
      '',
    ].join('\n'),
  )
})

test('the section names the files that only a run with interceptors enters', async () => {
  const { read } = await trace()
  expect(read()).toContain('| that wrap around that part | [`layers.ts`](src/layers.ts) |')
  const unused = { 'layers.js': `export const layered = (code) => code\n` }
  const same = await trace({
    engine: { ...unused, 'run/run.js': ENGINE['run/run.js'].replace('layered(code)', 'code') },
  })
  expect(same.read()).toContain('| that wrap around that part | none |')
})

test('the same engine gives the same page', async () => {
  const { run, read } = await trace()
  const first = read()
  expect((await run(['--check'])).code).toBe(0)
  await run([])
  expect(read()).toBe(first)
})

test('a page that was not written again is stale, and --check leaves it as it is', async () => {
  const { code, output, read } = await trace({ args: ['--check'] })
  expect(code).toBe(1)
  expect(output).toContain(`${PAGE} is stale: run \`npm run generate\`.`)
  expect(read()).toBe(EMPTY)
})

test('too many files or moves fail the check, with the number and the maximum', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `f${index}`)
  const engine = {
    ...Object.fromEntries(names.map((name) => [`${name}.js`, `export const ${name} = () => 1\n`])),
    'call.js': `${names.map((name) => `import { ${name} } from './${name}.js'\n`).join('')}
      export function call(code, context) { for (const f of [${names.join()}]) f(); return code(context) }\n`,
  }
  const { code, output } = await trace({ engine, args: ['--check'] })
  expect(code).toBe(1)
  expect(output).toContain('bare: one stage takes 43 files; at most 12.')
  expect(output).toContain('bare: one stage takes 43 moves between files; at most 30.')
  expect(output).toContain('both: one stage takes 44 files; at most 16.')
  expect((await trace({ engine })).code).toBe(0)
})

test('a page that does not exist is named, with what it needs', async () => {
  const { code, output } = await trace({ page: null })
  expect(code).toBe(1)
  expect(output).toContain(`${PAGE} does not exist: create it with the lines <!-- generated: the way of a stage -->`)
})

test('a page without its markers is left as it is', async () => {
  const { code, output, read } = await trace({ page: '# Core\n' })
  expect(code).toBe(1)
  expect(output).toContain(`${PAGE}: put the lines`)
  expect(read()).toBe('# Core\n')
})

test('without a build the script says what to run', async () => {
  const root = smallWorkspace()
  const { code, output } = await runCommand(process.execPath, [join(import.meta.dirname, 'stage-trace.mjs')], {
    cwd: root,
  })
  expect(code).toBe(1)
  expect(output).toContain('packages/core/dist does not exist: run `npx tsc -b packages/core`.')
})
