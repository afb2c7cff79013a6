import { expect, test } from 'vitest'
import { watchedGlobals } from './watched-globals.ts'
import { globalMembers, watchWrites } from './watched-writes.ts'

const shared = globalThis as { contractShared?: string; contractOther?: string }

test('members that were added, replaced or deleted are named', () => {
  const { warn } = console
  process.env['CONTRACT_OLD'] = 'yes'
  const members = globalMembers()
  shared.contractShared = 'here'
  console.warn = () => {}
  delete process.env['CONTRACT_OLD']
  // Node may add members of its own meanwhile.
  expect(members.changed().map(({ name }) => name)).toEqual(
    expect.arrayContaining(['contractShared', 'console.warn', 'process.env.CONTRACT_OLD']),
  )
  delete shared.contractShared
  console.warn = warn
})

test('what a watch of timers and times puts in the place of members does not count', () => {
  const members = globalMembers()
  const globals = watchedGlobals()
  expect(members.changed()).toEqual([])
  const within = globalMembers()
  globals.close()
  expect(within.changed()).toEqual([])
})

test('only what watched code writes is named, and it is taken back', () => {
  const members = globalMembers()
  shared.contractShared = 'by the interceptor'
  shared.contractOther = 'by other code'
  let isWatched = false
  const writes = watchWrites(members.changed(), () => isWatched)
  isWatched = true
  // Watched code adds once what isn't there yet.
  shared.contractShared ??= 'once'
  expect([shared.contractShared, shared.contractOther]).toEqual(['once', undefined])
  isWatched = false
  expect(shared.contractOther).toBe('by other code')
  shared.contractOther = 'written again'
  writes.close()
  expect(writes.written).toEqual(['contractShared'])
  expect(['contractShared' in globalThis, shared.contractOther]).toEqual([false, 'written again'])
  delete shared.contractOther
})

test('an environment variable that is written again is named, and has its former value afterwards', () => {
  process.env['CONTRACT_MODE'] = 'before'
  const members = globalMembers()
  process.env['CONTRACT_MODE'] = 'first'
  const writes = watchWrites(members.changed(), () => true)
  process.env['CONTRACT_MODE'] = 'second'
  writes.close()
  expect([writes.written, process.env['CONTRACT_MODE']]).toEqual([['process.env.CONTRACT_MODE'], 'before'])
  delete process.env['CONTRACT_MODE']
})
