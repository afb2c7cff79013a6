import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StageKind } from '../src/index.ts'

// The most frequent mistakes, as a person makes them: what the compiler says must name the mistake.

const CORE = fileURLToPath(new URL('../src/index.ts', import.meta.url))
const EDGE_VALUES = fileURLToPath(new URL('../src/edges.ts', import.meta.url))
const REPEAT = fileURLToPath(new URL('../src/repeat.ts', import.meta.url))
const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url))
const OPTIONS = [
  '--noEmit',
  '--strict',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--target',
  'es2023',
  '--module',
  'nodenext',
  '--lib',
  'es2023,es2024.promise,dom,dom.asynciterable',
  '--types',
  '',
  '--allowImportingTsExtensions',
  '--skipLibCheck',
  '--pretty',
  'false',
]

const RETURN = '"return a plain object: { text }, a StageOutput, or nothing"'
const BASE = `const base = new Pipeline('demo').withStage('profile', () => ({ name: 'Ada' })).withStage('router', () => ({ route: 'a' as 'a' | 'b' }))`
const EDGES = `const edges = new Pipeline('demo').withStage('profile', () => ({ name: 'Ada' })).withStage('router', () => ({ route: 'a' })).withStage('llm', async function* () { yield 'word'; return { n: 1 } })
edges`
const CHILD = `const child = new Pipeline('child').withStage('draft', () => ({ n: 1 })).withStage('check', () => ({}), 'guard'); ${BASE}`
const MISTAKES: Readonly<Record<string, { readonly code: string; readonly says: readonly (string | RegExp)[] }>> = {
  'an unknown dependency': {
    code: `${BASE}.withStage('llm', () => ({}), { dependencies: ['prfile'] })`,
    says: [
      `Type '"prfile"' is not assignable to type '"profile" | "router" | Edge<"profile" | "router">'`,
      `Did you mean '"profile"'`,
    ],
  },
  'a stream of an unknown stage': {
    code: `${EDGES}.withStage('tts', () => ({}), { dependencies: [stream('lm')] })`,
    says: [
      `Type 'StreamEdge<"lm">' is not assignable to type '"llm" | "profile" | "router" | Edge<"llm" | "profile" | "router">'`,
    ],
  },
  'a stream of a stage that yields nothing': {
    code: `${EDGES}.withStage('tts', () => ({}), { dependencies: [stream('profile')] })`,
    says: [
      `"Stage 'profile' yields no chunks: make it an async generator, a map with stream: true, or a child with chunks"`,
    ],
  },
  'one of several streams that is read alone': {
    code: `${EDGES}.withStage('more', async function* () { yield 1 }).withStage('tts', async ({ inputs }) => void inputs.stream('llm'), { dependencies: [stream('llm'), stream('more')] })`,
    says: [
      `Argument of type '"llm"' is not assignable to parameter of type '"read all streams in one loop: inputs.stream()"'`,
    ],
  },
  'the one stream that is read without its name': {
    code: `${EDGES}.withStage('tts', async ({ inputs }) => { for await (const word of inputs.stream()) console.log(word) }, { dependencies: [stream('llm')] })`,
    says: [`Type '{ readonly 'name the stream': "llm"; }' must have`],
  },
  'a stream that is read without its edge': {
    code: `${EDGES}.withStage('tts', async ({ inputs }) => void inputs.stream('llm'), { dependencies: ['llm'] })`,
    says: [`is not assignable to parameter of type '"declare it: { dependencies: [stream('…')] }"'`],
  },
  'chunks that are read as what they are not': {
    code: `${EDGES}.withStage('tts', async ({ inputs }) => { for await (const word of inputs.stream('llm')) word.toFixed() }, { dependencies: [stream('llm')] })`,
    says: [`Property 'toFixed' does not exist on type 'string'`],
  },
  'a gate that is read': {
    code: `${EDGES}.withStage('answer', ({ inputs }) => ({ n: inputs.from('profile') }), { dependencies: [gate('profile')] })`,
    says: [`is not assignable to parameter of type '"declare it: { dependencies: […] }"'`],
  },
  'a soft input that is read as if it were there': {
    code: `${EDGES}.withStage('answer', ({ inputs }) => ({ name: inputs.from('profile').name }), { dependencies: [soft('profile', { waitMs: 5 })] })`,
    says: ['Object is possibly'],
  },
  'a soft edge without its wait': {
    code: `${EDGES}.withStage('answer', () => ({}), { dependencies: [soft('profile')] })`,
    says: ['Expected 2 arguments, but got 1'],
  },
  'chunks of a child stage that yields nothing': {
    code: `const child = new Pipeline('child').withStage('draft', () => ({ n: 1 })); ${EDGES}.withPipeline('answer', child, { chunks: 'draft' })`,
    says: [
      `Type '"draft"' is not assignable to type '"no stage of the child yields chunks: make one an async generator"'`,
    ],
  },
  'a name that is taken': {
    code: `${BASE}.withStage('profile', () => ({}))`,
    says: ["A stage named 'profile' is already in this pipeline"],
  },
  'a name that is taken, in the middle of a pipeline': {
    code: `${BASE}.withStage('profile', () => ({})).withStage('c', () => ({})).withStage('d', () => ({}), { dependencies: ['c', 'profile'] })`,
    says: [
      `Argument of type '"profile"' is not assignable to parameter of type '"A stage named 'profile' is already in this pipeline"'`,
    ],
  },
  'a class whose name is taken, in the middle of a pipeline': {
    code: `class Router { name = 'router' as const; execute() {} }; ${BASE}.withStage(Router).withStage('d', () => ({}), { dependencies: ['router'] })`,
    says: ["A stage named 'router' is already in this pipeline"],
  },
  'a stage without a name': {
    code: `${BASE}.withStage({ execute: () => ({}) })`,
    says: ["Property 'name' is missing", "Write the name as a literal: name = 'greet' as const"],
  },
  "a name that isn't a literal": {
    code: `class Greet { name = 'greet'; execute() {} }; new Pipeline('demo').withStage(Greet)`,
    says: ["Write the name as a literal: name = 'greet' as const"],
  },
  'an input that was not declared': {
    code: `${BASE}.withStage('llm', (context) => ({ name: context.inputs.from('router') }), { dependencies: ['profile'] })`,
    says: [`Argument of type '"router"' is not assignable to parameter of type '"profile"'`],
  },
  'an input of a stage without dependencies': {
    code: `${BASE}.withStage('llm', (context) => ({ name: context.inputs.from('profile') }))`,
    says: [`'declare it: { dependencies: […] }'`.replaceAll("'", '"')],
  },
  'an input that may be undefined': {
    code: `new Pipeline('demo').withStage('a', () => ({ n: 1 }), { when: () => false }).withStage('b', (context) => ({ n: context.inputs.from('a').n }), { dependencies: ['a'] })`,
    says: [/possibly 'undefined'/],
  },
  'a stage that needs what it does not depend on': {
    code: `${BASE}.withStage('llm', { execute: (context: StageContext<{ profile: { name: string } }>) => ({ n: context.inputs.from('profile').name }) })`,
    says: [/Property 'profile' is missing in type '\{\}'/],
  },
  'a route that does not exist': {
    code: `${BASE}.withStage('c', () => ({}), { dependencies: ['router'], when: (inputs) => inputs.from('router').route === 'c' })`,
    says: [`types '"a" | "b"' and '"c"' have no overlap`],
  },
  'a kind that does not exist': {
    code: `${BASE}.withStage('llm', () => ({}), 'wrk')`,
    says: Object.values(StageKind).map((kind) => `"${kind}"`),
  },
  'a run before the build': {
    code: `void ${BASE.replace('const base = ', '')}.run({})`,
    says: ['pipeline.build().run(input)'],
  },
  'missing ports of a run': {
    code: `interface Llm { complete(): string }; void Pipeline.withPorts<{ llm: Llm }>('demo').build().run({})`,
    says: [`required in type '{ readonly 'missing ports': "llm"; }'`],
  },
  'missing ports of a run without input': {
    code: `interface Llm { complete(): string }; void Pipeline.withPorts<{ llm: Llm; store: Llm }>('demo').build().start()`,
    says: [`required in type '{ readonly 'missing ports': "llm" | "store"; }'`],
  },
  'the port that build was not given': {
    code: `interface Llm { complete(): string }; const llm: Llm = { complete: () => '' }; void Pipeline.withPorts<{ llm: Llm; store: Llm }>('demo').build({ ports: { llm } }).runSettled({})`,
    says: [`required in type '{ readonly 'missing ports': "store"; }'`],
  },
  'run options without ports': {
    code: `interface Llm { complete(): string }; void Pipeline.withPorts<{ llm: Llm }>('demo').build().run({}, { timeoutMs: 5 })`,
    says: [`Property 'ports' is missing in type '{ timeoutMs: number; }'`, 'MissingPorts<"llm">'],
  },
  'one missing port': {
    code: `interface Llm { complete(): string }; void Pipeline.withPorts<{ llm: Llm; store: Llm }>('demo').build().run({}, { ports: { llm: { complete: () => '' } } })`,
    says: [/'store' is missing/],
  },
  'a run option that does not exist, beside ports': {
    code: `interface Llm { complete(): string }; void Pipeline.withPorts<{ llm: Llm }>('demo').build().run({}, { ports: { llm: { complete: () => '' } }, timeoutMS: 5 })`,
    says: ["Did you mean to write 'timeoutMs'?"],
  },
  'missing stages among values': {
    code: `const greet = defineStage({ name: 'greet', run: () => ({}) }); const shout = defineStage({ name: 'shout', after: { greet }, run: () => ({}) }); Pipeline.from('demo', [shout])`,
    says: ["'missing stages'", '"greet"'],
  },
  'a stage that returns a string': {
    code: `${BASE}.withStage('llm', async () => 'Hello')`,
    says: [`Type '() => Promise<string>' is not assignable to type '${RETURN}'`],
  },
  'a stage that returns a string, and that others read': {
    code: `${BASE}.withStage('llm', async () => 'Hello').withStage('a', ({ inputs }) => ({ text: inputs.from('llm').text }), { dependencies: ['llm'] }).withStage('b', ({ inputs }) => ({ text: inputs.from('a').text }), { dependencies: ['a'] })`,
    says: [`Type '() => Promise<string>' is not assignable to type '${RETURN}'`],
  },
  'a stage that returns an array': {
    code: `${BASE}.withStage('llm', () => [1, 2])`,
    says: [`Type '() => number[]' is not assignable to type '${RETURN}'`],
  },
  'a stage that returns a response': {
    code: `${BASE}.withStage('llm', async () => fetch('https://example.com'))`,
    says: [`Type '() => Promise<Response>' is not assignable to type '${RETURN}'`],
  },
  'a generator that ends with a string': {
    code: `${BASE}.withStage('llm', async function* () { yield 1; return 'Hello' })`,
    says: [`is not assignable to type '${RETURN}'`],
  },
  'a class that returns a string': {
    code: `class Llm { name = 'llm' as const; async execute() { return 'Hello' } }; ${BASE}.withStage(Llm)`,
    says: [`Type 'typeof Llm' is not assignable to type '${RETURN}'`],
  },
  'a guard that the child does not have': {
    code: `${CHILD}.withPipeline('answer', child, { repeat: repeatUntil('chck', { maxAttempts: 5 }) })`,
    says: [/Type '"chck"' is not assignable to type '"(draft" \| "check|check" \| "draft)"'/],
  },
  'a guard that the child does not have, beside an input and a later stage': {
    code: `${CHILD}.withPipeline('answer', child, { dependencies: ['profile'], input: (inputs, _, feedback) => ({ inputText: inputs.from('profile').name + feedback?.attempt }), repeat: repeatUntil('chck') }).withStage('after', ({ inputs }) => ({ n: inputs.from('answer')?.draft.n }), { dependencies: ['answer'] })`,
    says: [/Type '"chck"' is not assignable to type '"(draft" \| "check|check" \| "draft)"'/],
  },
  'a repeat that repeatUntil() did not make': {
    code: `${CHILD}.withPipeline('answer', child, { repeat: { until: 'check' } })`,
    says: [/required in type 'Repeat<"(draft" \| "check|check" \| "draft)", undefined>'/],
  },
  'a misspelled option of repeatUntil()': {
    code: `${CHILD}.withPipeline('answer', child, { repeat: repeatUntil('check', { maxAttempt: 5 }) })`,
    says: ["Did you mean to write 'maxAttempts'?"],
  },
  'a map whose items are strings': {
    code: `${BASE}.withMap('llm', { over: () => [1], each: async (item) => String(item) })`,
    says: [`Type '(item: number) => Promise<string>' is not assignable to type '${RETURN}'`],
  },
  'a map of a function, with an input': {
    code: `${BASE}.withMap('llm', { over: () => [1], each: async (item) => ({ item }), input: (item) => ({ inputText: String(item) }) })`,
    says: ['is not assignable to type \'"remove input: each is a function, which gets the item itself"\''],
  },
  'a map that ends with the first failure, and may have three': {
    code: `${BASE}.withMap('llm', { over: () => [1], each: async (item) => ({ item }), maxFailures: 3 })`,
    says: [`Type 'number' is not assignable to type '"add onItemFailure: 'skip' or 'collect'"'`],
  },
  'a map with an unknown way to fail': {
    code: `${BASE}.withMap('llm', { over: () => [1], each: async (item) => ({ item }), onItemFailure: 'ignore' })`,
    says: [`Type '"ignore"' is not assignable to type 'OnItemFailure'`],
  },
  'a map with an unknown dependency': {
    code: `${BASE}.withMap('llm', { dependencies: ['prfile'], over: () => [1], each: async (item) => ({ item }) })`,
    says: [
      `Type '"prfile"' is not assignable to type '"profile" | "router" | Edge<"profile" | "router">'`,
      `Did you mean '"profile"'`,
    ],
  },
  'a map that iterates over no iterable': {
    code: `${BASE}.withMap('llm', { over: () => 5, each: async (item) => ({ item }) })`,
    says: [/Type 'number' is not assignable to type '(Async)?Iterable<unknown> \| (Async)?Iterable<unknown>'/],
  },
  'a map whose keys are numbers': {
    code: `${BASE}.withMap('llm', { over: () => [1], each: async (item) => ({ item }), key: (item) => item })`,
    says: [`Type '(item: number) => number' is not assignable to type '(item: number, index: number) => string'`],
  },
  'a misspelled option of a map': {
    code: `${BASE}.withMap('llm', { over: () => [1], each: async (item) => ({ item }), onItemFailre: 'skip' })`,
    says: ["Did you mean to write 'onItemFailure'?"],
  },
  'data of an item that may have failed': {
    code: `${BASE}.withMap('llm', { over: () => [1], each: async (item) => ({ item }), onItemFailure: 'skip' }).withStage('sum', ({ inputs }) => ({ n: inputs.from('llm').items.map((one) => one.item) }), { dependencies: ['llm'] })`,
    says: [/possibly 'undefined'/],
  },
  'data of a result whose status is not known': {
    code: `${BASE}.withMap('llm', { over: () => [1], each: async (item) => ({ item }), onItemFailure: 'collect' }).withStage('sum', ({ inputs }) => ({ n: inputs.from('llm').items.map((one) => one.data) }), { dependencies: ['llm'] })`,
    says: [/Property 'data' does not exist on type/],
  },
  'a map of pipelines that need a port': {
    code: `${BASE}.withMap('llm', { over: () => [1], each: Pipeline.withPorts<{ llm: object }>('x') })`,
    says: ["Property 'llm' is missing in type '{}' but required in type '{ llm: object; }'"],
  },
  'a map as a value, of a function, with an input': {
    code: `void mapStage({ name: 'llm', over: () => [1], each: async (item) => ({ item }), input: () => ({}) })`,
    says: ['is not assignable to type \'"remove input: each is a function, which gets the item itself"\''],
  },
  'a stage as a value that returns a string': {
    code: `void defineStage({ name: 'llm', run: async () => 'Hello' })`,
    says: [`Type '() => Promise<string>' is not assignable to type '${RETURN}'`],
  },
  'an event of the engine': {
    code: `new Pipeline('demo').withStage('a', (context) => { context.tryEmitEvent('stage.a.completed', {}) })`,
    says: [/"stage\.a\.completed"|never/],
  },
  'a made-up output of an interceptor': {
    code: `const wrap: RunStage = () => ({ status: 'ok' }); void wrap`,
    says: [/is not assignable to type/, /StageOutput|OkOutput/],
  },
  'a field that an input does not have': {
    code: `void new Pipeline('demo').build().run({ inputTxt: 'hi' })`,
    says: ["'inputTxt' does not exist in type", "Did you mean to write 'inputText'?"],
  },
  'a build option that does not exist': {
    code: `new Pipeline('demo').build({ interceptor: [] })`,
    says: ["'interceptor' does not exist in type"],
  },
}

let folder = ''
const messages = new Map<string, string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stageflow-'))
  const files = Object.entries(MISTAKES).map(([, { code }], index) => ({
    path: join(folder, `mistake-${index}.ts`),
    code,
  }))
  const header = `import { Pipeline, defineStage, mapStage, type RunStage, type StageContext } from ${JSON.stringify(CORE)}\nimport { repeatUntil } from ${JSON.stringify(REPEAT)}\nimport { gate, soft, stream } from ${JSON.stringify(EDGE_VALUES)}\nvoid [Pipeline, defineStage, mapStage, repeatUntil, gate, soft, stream]\nexport type Used = RunStage | StageContext\n`
  await Promise.all(files.map(({ path, code }) => writeFile(path, `${header}${code}\n`)))
  const output = await new Promise<string>((resolve) =>
    execFile(TSC, [...OPTIONS, ...files.map(({ path }) => path)], { cwd: folder }, (_, stdout) => resolve(stdout)),
  )
  for (const message of output.split(/\n(?! )/)) {
    const name = Object.keys(MISTAKES)[Number(/mistake-(\d+)\.ts/.exec(message)?.[1])]
    messages.set(name ?? 'elsewhere', `${messages.get(name ?? 'elsewhere') ?? ''}${message}\n`)
  }
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(Object.keys(MISTAKES))('the message of the compiler names the mistake: %s', (name) => {
  const message = messages.get(name) ?? 'it compiles'
  for (const says of MISTAKES[name]?.says ?? []) expect(message).toMatch(says)
  expect(message.match(/error TS/g), 'one mistake is one error').toHaveLength(1)
  expect(message.length, 'short enough to be read').toBeLessThan(4_000)
})

test('the sources compile under the options of an app, without other errors', () => {
  expect((messages.get('elsewhere') ?? '').trim()).toBe('')
})
