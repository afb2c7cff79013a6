import { expect, test } from 'vitest'

import { lowestPeer } from './released.mjs'

const withCore = (range) => ({ peerDependencies: { '@stageflow/core': range } })

test.each([
  ['^1.0.0', '1.0.0'],
  ['^1.2.3 || ^2.0.0', '1.2.3'],
  ['^1.0.0 || ^1.3.0-0', '1.0.0'],
  ['^1.3.0-next.0', '1.3.0-next.0'],
])('the lowest core of %s is %s', (range, lowest) => {
  expect(lowestPeer('@stageflow/core', [withCore(range)])).toBe(lowest)
})

test('packages that are installed together get the lowest core that all of them allow', () => {
  expect(lowestPeer('@stageflow/core', [withCore('^1.0.0'), {}, withCore('^1.2.0')])).toBe('1.2.0')
})

test('a package without the peer needs no version of it', () => {
  expect(lowestPeer('@stageflow/core', [{}, { peerDependencies: { pg: '^8.0.0' } }])).toBeUndefined()
})

test('ranges that no version fits are an error', () => {
  expect(() => lowestPeer('@stageflow/core', [withCore('^1.0.0'), withCore('^2.0.0')])).toThrow(
    'No version of @stageflow/core fits the ranges ^1.0.0 and ^2.0.0.',
  )
})
