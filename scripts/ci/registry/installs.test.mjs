import { expect, test } from 'vitest'

import { surprises } from './installs.mjs'

const RECORDED = { packages: ['@stageflow/core', '@stageflow/interceptor-auth', 'jsonwebtoken'], kB: 1500, ours: 1200 }

test('an install that is as recorded, or up to a tenth larger, passes', () => {
  expect(surprises('interceptor-auth', RECORDED, RECORDED)).toEqual([])
  expect(surprises('interceptor-auth', { ...RECORDED, kB: 1650, ours: 1000 }, RECORDED)).toEqual([])
})

test('a package that arrives too, or no longer, is a surprise', () => {
  const packages = ['@stageflow/core', '@stageflow/interceptor-auth', '@types/node']
  expect(surprises('interceptor-auth', { ...RECORDED, packages }, RECORDED)).toEqual([
    'interceptor-auth: @types/node arrives too.',
    'interceptor-auth: jsonwebtoken no longer arrives.',
  ])
})

test('an install that grew by more than a tenth is a surprise, ours and in all', () => {
  expect(surprises('interceptor-auth', { ...RECORDED, kB: 1651, ours: 1321 }, RECORDED)).toEqual([
    'interceptor-auth: kB was 1500, and is 1651.',
    'interceptor-auth: ours was 1200, and is 1321.',
  ])
})

test('a package without a record is a surprise', () => {
  expect(surprises('interceptor-new', RECORDED, undefined)).toEqual([
    'interceptor-new: installs.json has no record of it.',
  ])
})
