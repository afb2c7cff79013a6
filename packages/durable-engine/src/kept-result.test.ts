import fc from 'fast-check'
import { expect, test } from 'vitest'

import { FactParts, readResult, resultText } from './kept-result.ts'

/** Facts as a journal gives them back, under the numbers from 1. */
function factsOf(...values: readonly object[]): { readonly parts: FactParts; readonly facts: readonly object[] } {
  const facts = values.map((value) => JSON.parse(JSON.stringify(value)) as object)
  const parts = new FactParts()
  for (const [index, fact] of facts.entries()) parts.add(index + 1, fact)
  return { parts, facts }
}
const kept = (result: unknown, parts: FactParts, facts: readonly unknown[]) => {
  const text = resultText(result, parts)
  // Another process reads the facts again.
  const again = JSON.parse(JSON.stringify(facts)) as readonly unknown[]
  return { text, read: readResult(text, (n) => again[n - 1]) }
}

test('the data of a fact, each attempt and a long text are not kept a second time', () => {
  const { parts, facts } = factsOf(
    { data: { document: 'x'.repeat(1_000) }, attempts: [{ attempt: 1, status: 'ok' }] },
    { data: 'y'.repeat(1_000) },
  )
  const [first, second] = facts as [{ data: object; attempts: [object] }, { data: string }]
  const result = { data: { a: first.data, b: second.data }, attempts: [...first.attempts], items: [first.data] }
  const { text, read } = kept(result, parts, facts)
  expect(text.length).toBeLessThan(200)
  expect(JSON.stringify(read)).toBe(JSON.stringify(result))
})

test('any JSON is read as it was written, also texts that look like references', () => {
  const json = fc.jsonValue({ stringUnit: fc.constantFrom('\0', '1', '.', 'data', 'a'.repeat(24)) })
  fc.assert(
    fc.property(fc.array(json, { maxLength: 4 }), json, (datas, rest) => {
      const { parts, facts } = factsOf(...datas.map((data) => ({ data, attempts: [data] })))
      const shared = facts.map((fact) => (fact as { data: unknown }).data)
      const result = { shared, rest, again: [...shared, '\0' + '1.data'] }
      expect(JSON.stringify(kept(result, parts, facts).read)).toBe(JSON.stringify(result))
    }),
  )
})

test('a reference to what no fact has is refused', () => {
  const { parts, facts } = factsOf({ data: { a: 1 } })
  const text = resultText({ data: (facts[0] as { data: object }).data }, parts)
  for (const fact of [undefined, null, {}, 'text', { other: 1 }])
    expect(() => readResult(text, () => fact)).toThrow('No fact has the part "data" that the result refers to.')
})
