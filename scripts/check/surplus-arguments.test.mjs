import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

// JavaScript ignores arguments that a function has no parameter for, so an option in the wrong place looks as if it were in force. Every
// public function refuses them, or stands below with the reason why it may ignore them. What stops or frees something ignores them, unless
// it has options: emitters call their handlers with several arguments, and an error there would end the process. That holds for objects
// that functions return too, which packages/core/test/surplus-arguments.test.ts checks: `process.on('SIGTERM', run.cancel)`.

const ROOT = join(import.meta.dirname, '../..')

/** The functions that ignore surplus arguments. */
const LENIENT = [
  [/ \w+#(flush|close)$/, 'they end something, and may be handlers of an event'],
  [/ \w+#(emit|tryEmit|export|stats|resetStats|toJSON)$/, 'the engine or JSON.stringify() calls them'],
  [/ (new )?\w+Error(\.is)?$/, 'errors have no options that act'],
  [/ (\w+\.fromJSON|createSlot|isStageEvent)$/, 'they fit callbacks of lists, and have no options'],
  [/^@stageflow\/core (after|definePorts)$/, 'they have no options'],
  [/^@stageflow\/core\/kit /, 'plugins call these helpers'],
  [
    /^@stageflow\/core\/durable (?!(resumeRun|resumeSettled|startResumed|runDurable)$)/,
    'executors of durable runs call these helpers',
  ],
  [/^@stageflow\/durable-engine (ask|closedJournal|perform|questionOf|hasEnded)$/, 'journals call these helpers'],
  [/^@stageflow\/keyed-work (ownerOf|askStore|leases|poll|.*BoundedMap(#\w+)?)$/, 'stores call these helpers'],
  [/^@stageflow\/buffer /, 'sinks and exporters call these helpers'],
  [/^@stageflow\/tools\/kit /, 'the tool executor calls these helpers'],
  [/^@stageflow\/tools ToolRegistry#register$/, 'it takes any number of tools'],
  [
    /^@stageflow\/tools (toolsFor|toolFailure|.*ToolRegistry(#(get|remove|replace|list|readToExecute))?)$/,
    'the bound of the size of this entry has no room; the executor checks again which mode may use a tool',
  ],
  [/^@stageflow\/interceptor-child-tracker .*ChildRunTracker(#\w+)?$/, 'it is without options'],
  [/^@stageflow\/(testing|[\w-]+\/suite|[\w/-]+\/contract)(\/durable)? /, 'tests call them'],
  [/^@stageflow\/(streaming(\/\w+)?|report|provider-types) /, 'they carry or draw data, and decide nothing'],
  [/^create-stageflow /, 'its own command calls them'],
]

const entries = globSync('packages/*/package.json', { cwd: ROOT }).flatMap((manifest) => {
  const { name, exports = {} } = JSON.parse(readFileSync(join(ROOT, manifest), 'utf8'))
  return Object.entries(exports).flatMap(([entry, { '@stageflow/source': source }]) =>
    source === undefined ? [] : [{ entry: name + entry.slice(1), source: join(ROOT, dirname(manifest), source) }],
  )
})

const isClass = (value) => Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
const methodsOf = (object) =>
  Object.entries(Object.getOwnPropertyDescriptors(object)).filter(
    ([name, { value }]) => typeof value === 'function' && name !== 'constructor',
  )

/** A class, its constructor and its methods, which a check of the number of arguments needs no instance for. */
const ofClass = (name, made) => [
  { name: `new ${name}`, usage: `new ${name}`, call: (given) => Reflect.construct(made, given) },
  ...methodsOf(made.prototype).map(([method, { value }]) => ({
    name: `${name}#${method}`,
    usage: method,
    call: (given) => value.apply(undefined, given),
  })),
  ...methodsOf(made).map(([method, { value }]) => ({
    name: `${name}.${method}`,
    usage: `${name}.${method}`,
    call: (given) => value.apply(made, given),
  })),
]

const publicFunctions = await Promise.all(
  entries.map(async ({ entry, source }) =>
    Object.entries(await import(source))
      .filter(([, value]) => typeof value === 'function')
      .flatMap(([name, value]) =>
        isClass(value) ? ofClass(name, value) : [{ name, usage: name, call: (given) => value(...given) }],
      )
      .map((one) => ({ ...one, name: `${entry} ${one.name}` })),
  ),
).then((lists) => lists.flat())

const isLenient = ({ name }) => LENIENT.some(([names]) => names.test(name))

/** The message of the error that a call of `count` arguments ends with. */
async function messageOf(call, count) {
  try {
    await call(Array(count))
    return 'no error'
  } catch ({ code, message }) {
    return `${code}: ${message}`
  }
}

test.each(publicFunctions.filter((one) => !isLenient(one)))(
  '$name refuses surplus arguments',
  async ({ usage, call }) => {
    const refused = /^[\w-]+\/illegal-option: (.+)\(\) was given \d+ arguments?; call (.+)\((.*)\)\.$/
    const message = await messageOf(call, 20)
    expect(message).toMatch(refused)
    const [, given, called, parameters] = refused.exec(message)
    expect([given, called]).toEqual([usage, usage])
    const most = parameters === '' ? 0 : parameters.split(', ').length
    expect(await messageOf(call, most + 1)).toMatch(refused)
    expect(await messageOf(call, most)).not.toContain('was given')
  },
)

test('every pattern of lenient functions matches one', () => {
  const unused = LENIENT.filter(([names]) => !publicFunctions.some(({ name }) => names.test(name)))
  expect(unused).toEqual([])
})
