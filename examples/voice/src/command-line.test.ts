import { expect, test } from 'vitest'
import { parseCommandLine, USAGE } from './command-line.ts'

test('without options it draws questions and takes its time', () => {
  expect(parseCommandLine([])).toEqual({
    seed: undefined,
    speed: 1,
    wav: undefined,
    agent: false,
    install: false,
    help: false,
  })
})

test('every option is read, and in the help', () => {
  const args = ['--seed', '0', '--speed', '8', '--wav', 'x.wav', '--agent', '--install', '--help']
  expect(parseCommandLine(args)).toEqual({ seed: 0, speed: 8, wav: 'x.wav', agent: true, install: true, help: true })
  for (const option of args.filter((arg) => arg.startsWith('--'))) expect(USAGE).toContain(`  ${option} `)
})

test.each([
  ['--speed', '0'],
  ['--speed', '9'],
  ['--speed', 'fast'],
  ['--seed', '1.5'],
  ['--seed', ''],
])('%s "%s" is refused with its name and value', (name, value) => {
  expect(() => parseCommandLine([name, value])).toThrow(`${name} is "${value}"; give a whole number from `)
})

test('an unknown option is refused', () => {
  expect(() => parseCommandLine(['--sped', '2'])).toThrow('--sped')
})
