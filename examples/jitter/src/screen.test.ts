import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { openScreen } from './screen.ts'

/** A screen, and what it has written so far. */
function screenOf(columns: number | undefined, env: Readonly<Record<string, string>> = {}, isTTY = true) {
  const stdout = Object.assign(new PassThrough(), { isTTY, ...(columns === undefined ? {} : { columns, rows: 30 }) })
  const screen = openScreen({ stdout, env })
  return { screen, stdout, text: () => String((stdout.read() as Buffer | null) ?? '') }
}

test('it is as wide as the terminal, up to 120 columns, and 80 if the width is unknown', () => {
  expect([20, 79, 120, 500, 0, undefined].map((columns) => screenOf(columns).screen.width)).toEqual([
    20, 79, 120, 120, 80, 80,
  ])
})

test('colour is for terminals whose person has not said NO_COLOR', () => {
  const colors = [{}, { NO_COLOR: '' }, { NO_COLOR: '1' }, { NO_COLOR: '0' }, { TERM: 'dumb' }, { FORCE_COLOR: '1', NO_COLOR: '1' }] // prettier-ignore
  expect(colors.map((env) => screenOf(80, env).screen.color)).toEqual([true, true, false, false, false, false])
  expect(screenOf(80, { FORCE_COLOR: '1' }, false).screen.color).toBe(false)
})

test('it draws over what it drew, hides the cursor once, and gives it back once', () => {
  const { screen, text } = screenOf(80)
  screen.draw(['a', 'b'])
  expect(text()).toBe('\x1b[?25l\x1b[?7la\x1b[K\nb\x1b[K\n')
  screen.draw(['c'])
  expect(text()).toBe('\x1b[2A\rc\x1b[K\n')
  screen.end(['d'])
  expect(text()).toBe('\x1b[?7h\x1b[?25h\x1b[1A\rd\x1b[K\n')
  screen.close()
  expect(text()).toBe('')
})

test('where nothing can be drawn over, only the end is shown, as plain lines', () => {
  const { screen, text } = screenOf(80, {}, false)
  screen.draw(['a'])
  expect(text()).toBe('')
  screen.end(['b', 'c'])
  screen.close()
  expect(text()).toBe('b\nc\n')
})

test('a reader that leaves is not a failure', () => {
  const { screen, stdout } = screenOf(80)
  stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  screen.draw(['a'])
  expect(() => screen.end(['b'])).not.toThrow()
})
