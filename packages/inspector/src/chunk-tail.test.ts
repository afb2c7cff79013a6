import { expect, test } from 'vitest'

import { ChunkTail } from './chunk-tail.ts'
import { createRedactors } from './redactors.ts'

const redactors = createRedactors({})

test('the times of few chunks are all there, and those of many are evenly spread over all of them', () => {
  const few = new ChunkTail()
  for (let at = 0; at < 24; at++) few.add(at + 0.25)
  expect(few.times()).toEqual(Array.from({ length: 24 }, (_, at) => at))

  const many = new ChunkTail()
  for (let at = 0; at < 10_000; at++) many.add(at)
  const times = many.times()
  expect(many.count).toBe(10_000)
  expect(times.length).toBeGreaterThan(12)
  expect(times.length).toBeLessThanOrEqual(24)
  const steps = times.slice(1).map((at, place) => at - (times[place] ?? 0))
  expect(new Set(steps).size).toBe(1)
  expect(10_000 - (times.at(-1) ?? 0)).toBeLessThanOrEqual(steps[0] ?? 0)
})

test('the last 4,000 characters are kept, and how many came before them', () => {
  const tail = new ChunkTail()
  expect(tail.text(redactors)).toBeUndefined()
  for (let place = 0; place < 5_000; place++) tail.addText(`${place} `, redactors)
  const whole = Array.from({ length: 5_000 }, (_, place) => `${place} `).join('')
  const { end = '', cut = 0 } = tail.text(redactors) ?? {}
  expect(whole.endsWith(end)).toBe(true)
  expect(end.length).toBeGreaterThan(3_000)
  expect(end.length).toBeLessThanOrEqual(4_000)
  expect(cut + end.length).toBe(whole.length)
  expect(tail.bytes).toBeLessThan(25_000)
})

test('one chunk that is longer than all that is kept is cut, too', () => {
  const tail = new ChunkTail()
  tail.addText('x'.repeat(1_000_000), redactors)
  expect(tail.text(redactors)).toEqual({ end: 'x'.repeat(4_000), cut: 996_000 })
})

test('chunks that are not strings are shown as JSON, without secrets', () => {
  const tail = new ChunkTail()
  for (const chunk of [{ password: 'hunter2', word: 'a' }, 7, null, undefined]) tail.addText(chunk, redactors)
  expect(tail.text(redactors)?.end).toBe('{"password":[redacted],"word":"a"}7null')
})
