import { gzipSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { PAGE } from '../src/page-text.ts'

test('the page has at most 100,000 bytes, and 35,000 gzipped', () => {
  const text = PAGE.script + PAGE.style
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100_000)
  expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(35_000)
})

test('the page loads nothing from elsewhere: the only addresses in it are names of XML', () => {
  const addresses = `${PAGE.script} ${PAGE.style}`.match(/\bhttps?:\/\/[^"'`\s)]+/g) ?? []
  expect(addresses.filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([])
  expect(PAGE.style).not.toMatch(/@import|url\(/)
})

test('the page keeps the notice of what it carries', () => {
  expect(PAGE.script).toMatch(/^\/\*! Preact .+MIT License/)
})
