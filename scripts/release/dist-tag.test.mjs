import semver from 'semver'
import { expect, test } from 'vitest'

import { distTagOf, isPrereleaseTag } from './dist-tag.mjs'

test.each([
  ['1.0.0', [], 'latest'],
  ['1.0.1', ['1.0.0'], 'latest'],
  ['2.0.0', ['1.0.0', '1.10.0'], 'latest'],
  ['1.10.0', ['1.9.0', '1.2.0'], 'latest'],
  ['1.0.0', ['1.0.0'], 'latest'],
  ['1.0.1', ['1.0.0', '2.0.0'], 'v1-latest'],
  ['1.2.0', ['1.1.0', '2.0.0', '3.0.0'], 'v1-latest'],
  ['2.0.1', ['2.0.0', '2.1.0'], 'v2.0-latest'],
  ['1.0.2', ['1.0.1', '1.1.0', '2.0.0'], 'v1.0-latest'],
  ['1.3.0-next.0', ['1.2.0'], 'next'],
  ['2.0.0-next.1', ['2.0.0-next.0', '1.9.0'], 'next'],
  ['1.3.0-next.0', ['2.0.0-next.0'], 'v1-next'],
  ['1.3.0-beta.0', ['2.0.0-next.0'], 'beta'],
  ['2.0.0', ['3.0.0-next.0'], 'latest'],
  // Prereleases whose names can't be tags: `latest` stays where it is.
  ['2.0.0-0', ['1.0.0'], 'next'],
  ['2.0.0-20261130', ['1.0.0'], 'next'],
  ['2.0.0-RC.1', ['1.0.0'], 'next'],
  ['2.0.0-latest.0', ['1.0.0'], 'next'],
  ['2.0.0-x.1', ['1.0.0'], 'next'],
  ['2.0.0-0.next.1', ['1.0.0'], 'next'],
  ['2.0.0+build-abc', ['1.0.0'], 'latest'],
])('%s after %j gets the tag %s', (version, released, tag) => {
  expect(distTagOf(version, released)).toBe(tag)
  // npm takes no tag that could be a range.
  expect(semver.validRange(tag)).toBe(null)
})

test.each([
  ['1.0.1', ['1.0.2']],
  ['1.0.1', ['2.0.0', '1.1.0', '1.0.2']],
  ['1.3.0-next.0', ['1.3.0-next.1']],
])('%s after %j gets no tag', (version, released) => {
  expect(distTagOf(version, released)).toBe(undefined)
})

test.each([
  ['next', true],
  ['rc', true],
  ['latest', false],
  ['x', false],
  ['RC', false],
  ['rc1', false],
  [undefined, false],
])('a prerelease can be called %s: %s', (name, expected) => {
  expect(isPrereleaseTag(name)).toBe(expected)
})
