import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { runCommand } from '../docs/snippet-runner.mjs'
import { trimDist, withTrimmedDist } from './trim.mjs'

// A package that the workspace's compiler builds with the workspace's options, installed in an app, before and after its dist is trimmed.

const ROOT = join(import.meta.dirname, '../..')
const TSC = join(ROOT, 'node_modules/.bin/tsc')
const MANIFEST = {
  name: 'greeter',
  type: 'module',
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
}
const FILES = {
  'package.json': JSON.stringify(MANIFEST),
  'tsconfig.json': JSON.stringify({
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: { rootDir: 'src', outDir: 'dist', customConditions: [] },
    include: ['src'],
  }),
  'src/index.ts': `export { greet, type Options } from './greet.ts'\n`,
  'src/greet.ts': `import { refuse } from './refuse.ts'
import type { Tone } from './tone.ts'

export interface Options {
  readonly tone: Tone
}

/** Greets a person. */
export function greet(
  name: string,
  options: Options,
): string {
  if (name === '') {
    const why: string = 'no name'
    refuse(why)
  }
  return options.tone + name
}
`,
  'src/tone.ts': `export type Tone = 'warm' | 'cold'\n`,
  'src/refuse.ts': `interface Because { readonly why: string }

export function refuse(
  why: string,
): never {
  const because: Because = { why }
  throw new Error(because.why)
}
`,
}
const APP = `import { greet } from 'greeter'\nconst text: string = greet('', { tone: 'warm' })\nconsole.log(text)\n`

let app, folder
beforeAll(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-trim-')))
  folder = join(app, 'node_modules/greeter')
  writeAll(folder, FILES)
  execFileSync(TSC, ['-p', folder])
  const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, noEmit: true, types: [] }
  writeAll(app, {
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['app.ts'] }),
    'app.ts': APP,
  })
})
afterAll(() => rmSync(app, { recursive: true, force: true }))

test('dist is whole again after it was trimmed, and when the use of it throws', () => {
  const packages = [{ folder: 'node_modules/greeter', manifest: MANIFEST }]
  const file = join(folder, 'dist/refuse.d.ts')
  expect(withTrimmedDist(app, packages, () => existsSync(file))).toBe(false)
  expect(existsSync(file)).toBe(true)
  const fail = () => {
    throw new Error('no tarball')
  }
  expect(() => withTrimmedDist(app, packages, fail)).toThrow('no tarball')
  expect(existsSync(file)).toBe(true)
})

test('a trimmed package keeps what compilers, debuggers and editors read, and nothing else', async () => {
  const sizeOf = (file) => readFileSync(join(folder, 'dist', file)).length
  const before = sizeOf('greet.js.map')
  const declarationMap = readFileSync(join(folder, 'dist/greet.d.ts.map'), 'utf8')
  trimDist(folder, MANIFEST)

  expect(existsSync(join(folder, 'dist/tone.d.ts')), 'a type that the entry needs').toBe(true)
  expect(existsSync(join(folder, 'dist/refuse.d.ts')), 'a declaration that no entry leads to').toBe(false)
  expect(existsSync(join(folder, 'dist/refuse.d.ts.map'))).toBe(false)
  expect(sizeOf('greet.js.map')).toBeLessThan(before / 1.5)
  // With a segment for each line, "go to definition" led to the line below.
  expect(readFileSync(join(folder, 'dist/greet.d.ts.map'), 'utf8')).toBe(declarationMap)
  expect(await runCommand(TSC, ['-p', app, '--pretty', 'false'], { cwd: app })).toMatchObject({ code: 0, output: '' })
})

test('after the trimming, a stack trace names the lines of the sources', async () => {
  const { output } = await runCommand(process.execPath, ['--enable-source-maps', 'app.ts'], { cwd: app })
  expect(output).toContain(`src/refuse.ts:${lineOf('src/refuse.ts', 'throw new')}`)
  expect(output).toContain(`src/greet.ts:${lineOf('src/greet.ts', 'refuse(why)')}`)
})

function lineOf(file, text) {
  return FILES[file].slice(0, FILES[file].indexOf(text)).split('\n').length
}

function writeAll(root, files) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
}
