import { expect, test } from 'vitest'

import { messagesIn } from './error-messages.mjs'

const KIT = {
  file: 'kit/options.ts',
  text: `export const whole = (least: number, most: number = Number.MAX_SAFE_INTEGER): OptionRule => [
    (value) => value >= least, \`a whole number from \${least}\${most === Number.MAX_SAFE_INTEGER ? '' : \` to \${most}\`}\`]
    export const FLAG: OptionRule = [(value) => typeof value === 'boolean', 'true or false']`,
}

/** The messages of `a/b` in these sources. */
const messages = (...texts) =>
  messagesIn(
    texts.map((text, at) => ({ file: `${at}.ts`, text })),
    ['a/b'],
    [KIT],
  ).get('a/b')

test('the words of a template stay, and a value is an ellipsis', () => {
  expect(messages("throw new StageflowError('a/b', `Stage \"${name}\" has ${count} ` + 'parts.')")).toEqual([
    'Stage "…" has … parts.',
  ])
})

test('a message that a helper is given is found at the calls of the helper, in other files too', () => {
  const helper = "export const refuse = (why: string) => new StageflowError('a/b', `Refused: ${why}.`)"
  expect(messages(helper, "throw refuse('it is late')")).toEqual(['Refused: it is late.'])
  expect(
    messages("const refuse = (why: string) => new StageflowError('a/b', why)\nrefuse('One.')\nrefuse('Two.')"),
  ).toEqual(['One.', 'Two.'])
})

test('a helper that puts words around the message is followed', () => {
  const helper =
    'function failed(code: string, why: string) { return new StageflowError(code, `Stage "${name}": ${why}`) }'
  expect(messages(`${helper}\nfailed('a/b', 'it stopped.')`)).toEqual(['Stage "…": it stopped.'])
})

test('the parameter of a callback is what the helper passes for it', () => {
  const helper = "function check(options, refuse) { refuse('size', `${options.size}; it must be a number`) }\n"
  expect(messages(`${helper}check(options, (key, why) => fail('a/b', \`The option \${key} is \${why}.\`))`)).toEqual([
    'The option size is …; it must be a number.',
  ])
})

test('a code that is a const is found, and so is the text of a const', () => {
  const source =
    "const CODE = 'a/b'\nconst FIX = 'Pass a string.'\nthrow new StageflowError(CODE, `It is ${value}. ${FIX}`)"
  expect(messages(source)).toEqual(['It is …. Pass a string.'])
})

test('of a condition one branch is shown', () => {
  const source = "throw new StageflowError('a/b', `Lost ${count === 1 ? 'an event' : `${count} events`}.`)"
  expect(messages(source)).toEqual(['Lost an event.'])
})

test('a message beside a code in an object is found, and the parts of one that is put together', () => {
  expect(messages("const error = { code: 'a/b', message: 'It is full.' }")).toEqual(['It is full.'])
  const reasons = "const FULL = { code: 'a/b', what: 'the disk is full' }\nconst { code, what } = FULL\n"
  expect(messages(`${reasons}fail(code, \`Not written: \${what}.\`)`)).toEqual(['Not written: the disk is full.'])
})

test('a check of options shows the first rule', () => {
  const rules = 'const RULES = { attempts: whole(1), on: FLAG }\n'
  expect(messages(`${rules}checkOptions('retry()', 'a/b', options, RULES)`)).toEqual([
    'retry(): attempts must be a whole number from 1, not ….',
  ])
  const problems = "refuseOptions('retry()', 'a/b', [...optionProblems(options, RULES, 'retry.')])"
  expect(messages(`${rules}function check(options) { ${problems} }`)).toEqual([
    'retry(): retry.attempts must be a whole number from 1, not ….',
  ])
})

test('the text of a foreign error is an ellipsis, and a code that is only compared has no message', () => {
  expect(messages("throw new StageflowError('a/b', textOf(error))")).toEqual(['…'])
  expect(messages("if (StageflowError.is(error, 'a/b')) retry()")).toEqual([])
})
