import { expect, test } from 'vitest'
import { REDACTION, optionProblems } from '../src/kit.ts'

const problems = (redaction: unknown) => optionProblems({ redaction }, { redaction: REDACTION })

test.each([{}, { keys: ['ssn'] }, false, undefined])('the option redaction can be %j', (redaction) => {
  expect(problems(redaction)).toEqual([])
})

test.each([true, null, 'off', ['ssn']])('the option redaction cannot be %j', (redaction) => {
  expect(problems(redaction)[0]).toContain("redaction must be an object such as { keys: ['ssn'] }, or false, not ")
})
