import { describe, expect, test } from 'vitest'
import { deliveryReport } from './index.ts'

const behind = (report: unknown, handedOn: { delivered: number; lost: number; notices?: number }) => {
  const { delivered, lost } = deliveryReport({ error: undefined, report }, handedOn)
  return { delivered, lost }
}

describe('what was taken and lost behind counts as lost', () => {
  test.each<[why: string, report: unknown, lost: number]>([
    ['a report without counts', { error: new Error('down') }, 0],
    ['no report', undefined, 0],
    ['words', 'lost: 3', 0],
    ['lists of parts', { delivered: ['eventSink'], lost: [] }, 0],
    ['nothing lost', { delivered: 10, lost: 0 }, 0],
    ['three lost', { delivered: 7, lost: 3 }, 3],
    ['three lost, and no word of the others', { lost: 3 }, 3],
    ['a filter behind that held six back', { delivered: 3, lost: 1 }, 1],
    ['losses of events that came again, and were delivered then', { delivered: 10, lost: 4 }, 0],
    ['losses of events that others gave it', { delivered: 9, lost: 90 }, 1],
    ['more losses than there were events', { lost: 90 }, 10],
    [
      'a fan-out: the sink that lost most counts',
      { log: { delivered: 9, lost: 1 }, file: { delivered: 8, lost: 2 } },
      2,
    ],
  ])('%s', (_, report, lost) => {
    expect(behind(report, { delivered: 10, lost: 2 })).toEqual({ delivered: 10 - lost, lost: 2 + lost })
  })
})

test('events that it refused, and counts as lost too, are counted once', () => {
  expect(behind({ delivered: 0, lost: 3 }, { delivered: 2, lost: 1 })).toEqual({ delivered: 0, lost: 3 })
})

test('a notice that was delivered does not hide a loss', () => {
  expect(behind({ delivered: 1, lost: 1 }, { delivered: 1, lost: 0, notices: 1 })).toEqual({ delivered: 0, lost: 1 })
})

test('the error and the report are passed on', () => {
  const ended = { error: new Error('late'), report: { lost: 1 } }
  expect(deliveryReport(ended, { delivered: 1, lost: 0 })).toEqual({ delivered: 0, lost: 1, ...ended })
})
