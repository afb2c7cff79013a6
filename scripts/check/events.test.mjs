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
const row = (type, data, origin = 'core') =>
  `| \`${type}\` | It comes. | ${data} | [${origin}](../../packages/${origin}/README.md) |`
const ROWS = [
  row('cache.hit', '`key`, `at?` (in `ms`)'),
  row('cache.miss', '`key`, `why` (`a`, `b`)'),
  row('cache.full', '`size`'),
  row('stage.{name}.started', '`kind`'),
]
const check = (rows, source = EVENTS) => checkEvents(smallWorkspace({ [PAGE]: rows.join('\n'), [SOURCE]: source }))

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

test('a field that is missing, surplus or not optional, and a wrong package are found', () => {
  const rows = [row('cache.hit', '`key`, `at`'), row('cache.miss', '`why`', 'other'), ...ROWS.slice(2)]
  expect(check(rows)).toEqual([
    `${PAGE}: the row of cache.hit lacks at?.`,
    `${PAGE}: the data of cache.hit has no field at.`,
    `${PAGE}: cache.miss comes from core, not from other.`,
    `${PAGE}: the row of cache.miss lacks key.`,
  ])
})

test('data whose fields cannot be read is an error that says what to write', () => {
  expect(() => check(ROWS, `export interface EventMap { 'cache.hit': string }`)).toThrow(
    'The data of the event "cache.hit" is a TSStringKeyword: write it as an interface or an object type.',
  )
})
