import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Mistakes with stubs and answers, as a person makes them: what the compiler says must name the mistake.

const CORE = fileURLToPath(new URL('../../core/src/index.ts', import.meta.url))
const TESTING = fileURLToPath(new URL('../src/index.ts', import.meta.url))
const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url))
const OPTIONS =
  '--noEmit --strict --exactOptionalPropertyTypes --target es2023 --module nodenext --customConditions @stageflow/source --lib es2023,es2024.promise,dom,dom.asynciterable --allowImportingTsExtensions --skipLibCheck --pretty false'
const HEADER = `import { Pipeline } from ${JSON.stringify(CORE)}
import { runStage, withStubs } from ${JSON.stringify(TESTING)}
void [runStage, withStubs]
const chat = new Pipeline('chat').withStage('memory', () => ({ facts: 3 })).withStage('llm', async () => ({ text: 'Hi', tokens: 3 }))
`

const MISTAKES: Readonly<Record<string, readonly [code: string, says: string | RegExp]>> = {
  'a stub of a stage that the pipeline lacks': [
    `withStubs(chat, { lm: { text: '', tokens: 1 } })`,
    `'lm' does not exist in type 'Stubs<`,
  ],
  'a stub without a field': [
    `withStubs(chat, { llm: { text: '' } })`,
    `Property 'tokens' is missing in type '{ text: string; }'`,
  ],
  'a stub with a field too many': [
    `withStubs(chat, { llm: { text: '', tokens: 1, mesage: '' } })`,
    `'mesage' does not exist in type 'Stub<{ text: string; tokens: number; }`,
  ],
  'a stub with a field of another type': [
    `withStubs(chat, { llm: { text: 7, tokens: 1 } })`,
    `Type 'number' is not assignable to type 'string'`,
  ],
  'a function without a field': [
    `withStubs(chat, { llm: async () => ({ text: '' }) })`,
    `Property 'tokens' is missing in type '{ text: string; }'`,
  ],
  'a stage that the pipeline lacks': [
    `void runStage(chat, 'lm')`,
    `Argument of type '"lm"' is not assignable to parameter of type`,
  ],
  'resumed without an answer': [
    `void runStage(chat, 'llm', { resumed: { state: 1 } })`,
    `Property 'answer' is missing in type '{ state: number; }'`,
  ],
  'a misspelled answer': [
    `void runStage(chat, 'llm', { resumed: { anwser: true } })`,
    `'anwser' does not exist in type 'StageAnswer'`,
  ],
}

let folder = ''
const messages = new Map<string, string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stageflow-'))
  const codes = Object.values(MISTAKES).map(([code]) => code)
  const files = codes.map((_, place) => join(folder, `mistake-${place}.ts`))
  await Promise.all(files.map((file, place) => writeFile(file, `${HEADER}${codes[place] ?? ''}\n`)))
  const output = await new Promise<string>((resolve) =>
    execFile(TSC, [...OPTIONS.split(' '), ...files], { cwd: folder }, (_, stdout) => resolve(stdout)),
  )
  for (const message of output.split(/\n(?! )/)) {
    const name = Object.keys(MISTAKES)[Number(/mistake-(\d+)\.ts/.exec(message)?.[1])] ?? 'elsewhere'
    messages.set(name, `${messages.get(name) ?? ''}${message}\n`)
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(Object.keys(MISTAKES))('the message of the compiler names the mistake: %s', (name) => {
  const message = messages.get(name) ?? 'it compiles'
  expect(message).toMatch(MISTAKES[name]?.[1] as string)
  expect(message.length, 'short enough to be read').toBeLessThan(2_000)
  expect((messages.get('elsewhere') ?? '').trim()).toBe('')
})
