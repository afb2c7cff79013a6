import { expect, test } from 'vitest'

import { smallWorkspace } from '../lib/small-workspace.mjs'
import { PAGE, checkEvents } from './events.mjs'

const SOURCE = 'packages/core/src/events.ts'
const EVENTS = `
interface Base { readonly key: string }
export interface Hit extends Base { readonly at?: number }
export type Miss = Base & { readonly why: string }
export interface EventMap {
  'cache.hit': Hit
  'cache.miss': Miss
  'cache.full': { readonly size: number }
}
export interface StageEventMap { started: { readonly kind: string } }
`
const row = (type, data) => `| \`${type}\` | It comes. | ${data} |`
const origin = (short) => `| \`cache.*\`, \`stage.*\` | [${short}](../../packages/${short}/README.md) |`
const ROWS = [
  row('cache.hit', '`key`, `at?` (in `ms`)'),
  row('cache.miss', '`key`, `why` (`a`, `b`)'),
  row('cache.full', '`size`'),
  row('stage.{name}.started', '`kind`'),
]
const check = (rows, { source = EVENTS, from = 'core' } = {}) =>
  checkEvents(smallWorkspace({ [PAGE]: [...rows, origin(from)].join('\n'), [SOURCE]: source }))

test('a table with every event and its fields has no problem', () => {
  expect(check(ROWS)).toEqual([])
})

test('an event without a row, a row without an event and a second row are found', () => {
  expect(check([...ROWS.slice(1), row('cache.gone', '`key`'), ROWS[1]])).toEqual([
    `${PAGE}: add a row for cache.hit, which core declares with key, at?.`,
    `${PAGE}: cache.miss has several rows.`,
    `${PAGE}: remove the row of cache.gone: no package declares it.`,
  ])
})

test('a field that is missing, surplus or not optional is found', () => {
  const rows = [row('cache.hit', '`key`, `at`'), row('cache.miss', '`why`'), ...ROWS.slice(2)]
  expect(check(rows)).toEqual([
    `${PAGE}: the row of cache.hit lacks at?.`,
    `${PAGE}: the data of cache.hit has no field at.`,
    `${PAGE}: the row of cache.miss lacks key.`,
  ])
})

test('another package than the one that declares an event is found', () => {
  expect(check(ROWS, { from: 'other' })[0]).toBe(`${PAGE}: cache.hit comes from core, not from other.`)
})

test('packages that share a first word are told apart by whole types', () => {
  const source = `export interface EventMap { 'cache.cleared': { readonly key: string } }`
  const page = (shared) => [...ROWS, row('cache.cleared', '`key`'), shared, origin('core')].join('\n')
  const shared = '| `cache.cleared` | [other](../../packages/other/README.md) |'
  const files = {
    [SOURCE]: EVENTS,
    'packages/other/src/index.ts': source,
    'packages/other/package.json': '{"name":"@stageflow/other"}',
  }
  expect(checkEvents(smallWorkspace({ ...files, [PAGE]: page(shared) }))).toEqual([])
  expect(checkEvents(smallWorkspace({ ...files, [PAGE]: page('') }))).toEqual([
    `${PAGE}: cache.cleared comes from other, not from core.`,
  ])
})

test('data whose fields cannot be read is an error that says what to write', () => {
  expect(() => check(ROWS, { source: `export interface EventMap { 'cache.hit': string }` })).toThrow(
    'The data of the event "cache.hit" is a TSStringKeyword: write it as an interface or an object type.',
  )
})
