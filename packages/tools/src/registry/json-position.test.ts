import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { jsonFault } from './json-position.ts'

test.each([
  ['', 0, 'a value'],
  ['{', 1, 'a key in double quotes, or "}"'],
  ["{'a':1}", 1, 'a key in double quotes, or "}"'],
  ['{"a":1,}', 7, 'a key in double quotes'],
  ['{"a" 1}', 5, '":" after the key'],
  ['{"a":}', 5, 'a value'],
  ['{"a":tru}', 5, 'a value'],
  ['{"a":undefined}', 5, 'a value'],
  ['{"a":1 "b":2}', 7, '"," or "}"'],
  ['[1 2]', 3, '"," or "]"'],
  ['[1,]', 3, 'a value'],
  ['[1}', 2, '"," or "]"'],
  ['{"a":"x', 7, 'the closing " of a string'],
  ['{"a":"line\nbreak"}', 10, 'an escape such as \\n instead of a control character'],
  ['{"a":"\\x"}', 6, 'a legal escape'],
  ['{"a":"\\u12"}', 6, 'a legal escape'],
  ['{"a":01}', 6, '"," or "}"'],
  ['{"a":-}', 5, 'a value'],
  ['{"a":1}}', 7, 'the end of the text'],
  ['```json\n{}\n```', 0, 'a value'],
  ['{"a":{"b":[1,2,{"c":nul}]}}', 20, 'a value'],
  ['NaN', 0, 'a value'],
])('the first fault of %j is at %i, where %s is expected', (text, position, expected) => {
  expect(jsonFault(text)).toEqual({ position, expected })
})

test('a text nested a million levels deep does not overflow the stack', () => {
  expect(jsonFault('['.repeat(1_000_000))).toEqual({ position: 1_000_000, expected: 'a value' })
})

test('it finds a fault exactly if JSON.parse does, and at the end of a text that was cut off', () => {
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
  const broken = fc.tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', 'x', '0', '-', '.', 'e', '\n'),
  )
  fc.assert(
    fc.property(broken, ([json, at, piece]) => {
      const place = at % (json.length + 1)
      const text = json.slice(0, place) + piece + json.slice(place + 1)
      const fault = jsonFault(text)
      expect(fault === undefined).toBe(parses(text))
      if (fault === undefined) return
      // What stands before the fault is a JSON text, or the start of one: alone it is wrong nowhere but at its end.
      const before = jsonFault(text.slice(0, fault.position))
      expect(before?.position ?? fault.position).toBe(fault.position)
    }),
    propertySettings(100),
  )
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(jsonFault(json)).toBeUndefined()
    }),
    propertySettings(100),
  )
})
