import { expect, test } from 'vitest'
import { levelPlot } from './level-plot.ts'

test('a level is a column every 100 ms, to an eighth of a row, with its marks under it', () => {
  const plot = levelPlot({ mostMs: 80, width: 80, color: false })
  for (const [slot, level] of [0, 5, 10, 45, 80, 90].entries()) plot.level(slot * 100, level)
  plot.mark('overflow')
  plot.mark('overflow')
  plot.level(640, 0)
  plot.mark('underrun')
  expect(plot.lines()).toEqual([
    '   80 ms┤    ██',
    '        ┤    ██',
    '   60 ms┤    ██',
    '        ┤   ▄██',
    '   40 ms┤   ███',
    '        ┤   ███',
    '   20 ms┤   ███',
    '        ┤ ▄████',
    '    0 ms└───────',
    'underrun ······U',
    'overflow ·····2·',
    '         0s',
  ])
  expect(plot.lines()).toHaveLength(plot.height)
})

test('a mark before the first level is not lost', () => {
  const plot = levelPlot({ mostMs: 80, width: 80, color: false })
  plot.mark('overflow')
  plot.level(0, 80)
  expect(plot.lines().at(-2)).toBe('overflow O')
})

test('what does not fit leaves on the left, and the seconds go with it', () => {
  const plot = levelPlot({ mostMs: 80, width: 25, color: false })
  plot.level(3_400, 80)
  const lines = plot.lines()
  expect(lines.at(0)).toBe(`   80 ms┤${' '.repeat(14)}█`)
  expect(lines.at(-1)).toBe('         2s        3s')
})

test('colour is only where it is wanted', () => {
  const plot = levelPlot({ mostMs: 80, width: 80, color: true })
  plot.level(0, 80)
  plot.mark('underrun')
  expect(plot.lines().at(0)).toBe('   80 ms┤\x1b[36m█\x1b[39m')
  expect(plot.lines().at(-3)).toBe('underrun \x1b[31mU\x1b[39m')
})
