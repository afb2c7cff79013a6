import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { parseStrictObject } from './strict-json.ts'

const parse = (text: string) => parseStrictObject(Buffer.from(text))
/** Objects with any keys, nested. */
const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))

test('the JSON of any object is parsed as JSON.parse does, with or without spaces', () => {
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 2, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space)
      fc.pre(!text.includes('"__proto__"'))
      expect(parse(text)).toEqual(JSON.parse(text))
    }),
    propertySettings(100),
  )
})

test('a repeated key is found at any depth, even if it is escaped', () => {
  fc.assert(
    fc.property(object, fc.string({ minLength: 1 }), fc.boolean(), fc.nat(3), (value, key, escaped, depth) => {
      const again = escaped
        ? `"${Array.from({ length: key.length }, (_, at) => `\\u${key.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
        : JSON.stringify(key)
      const members = Object.entries(value).filter(([name]) => name !== key && name !== '__proto__')
      const rest = members.map(([name, each]) => `,${JSON.stringify(name)}:${JSON.stringify(each)}`).join('')
      fc.pre(!rest.includes('"__proto__"') && key !== '__proto__')
      const wrap = (inner: string) => `${'{"x":['.repeat(depth)}${inner}${']}'.repeat(depth)}`
      expect(parse(wrap(`{${JSON.stringify(key)}:1${rest}}`))).toBeDefined()
      expect(parse(wrap(`{${JSON.stringify(key)}:1${rest},${again}:2}`))).toBeUndefined()
    }),
    propertySettings(100),
  )
})

test('the same key in two objects is not a repeated key', () => {
  expect(parse('{"a":{"b":1},"b":[{"b":2},{"b":3}]}')).toEqual({ a: { b: 1 }, b: [{ b: 2 }, { b: 3 }] })
  expect(parse('{"a":"{\\"a\\":1}","c":"\\\\"}')).toEqual({ a: '{"a":1}', c: '\\' })
})

test.each(['', 'null', '[]', '"a"', '7', '{', '{"a":1}}', '{"__proto__":1}', '{"\\u005f_proto__":1}', '\uFEFF{}'])(
  '%j is not an object',
  (text) => expect(parse(text)).toBeUndefined(),
)

test('bytes that are not UTF-8 are refused', () => {
  expect(parseStrictObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBeUndefined()
})
