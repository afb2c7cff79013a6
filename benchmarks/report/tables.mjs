import { peerOf } from '../peers/index.mjs'
import { buildCell, bytesCell, ratioCell, runCell, short } from './cells.mjs'
import { table } from './markdown.mjs'
import { fastestRival } from './targets.mjs'

const ratio = (a, b) => (a === undefined || b === undefined ? undefined : a / b)
const titleOf = (id) => peerOf(id).title

/** The tables of the page, each from the figures of one run. */
export function createTables(figures, { peers, shapes }) {
  const byShape = (cell, ids = peers, columns = shapes) =>
    table(
      ['', ...columns],
      ids.map((id) => [titleOf(id), ...columns.map((shape) => cell(id, shape))]),
    )
  const measuredIn = (read, ids = peers) => ids.filter((id) => read(id) !== undefined)
  const withCore = peers.filter((id) => peerOf(id).ours)

  return {
    run: () => byShape((id, shape) => runCell(figures, peerOf(id), shape)),

    toHand: () =>
      byShape((id, shape) => ratioCell(ratio(figures.micros(id, shape), figures.micros('indegreeReal', shape)))),

    toFastest: () =>
      table(
        ['', ...shapes],
        [
          ['fastest peer', ...shapes.map((shape) => fastestRival(figures, shape)?.title ?? '–')],
          ...withCore.map((id) => [
            `÷ ${titleOf(id)}`,
            ...shapes.map((shape) => ratioCell(ratio(fastestRival(figures, shape)?.micros, figures.micros(id, shape)))),
          ]),
        ],
      ),

    added: () => {
      const add = (id, shape) => {
        const [with_, without] = [figures.micros(id, shape), figures.micros('core', shape)]
        return with_ === undefined || without === undefined ? '–' : (with_ - without).toFixed(3)
      }
      return byShape(add, ['coreWraps', 'coreObservers', 'coreSync', 'defaults', 'defaultsContext', 'defaultsObserved'])
    },

    spread: () =>
      byShape((id, shape) => {
        const range = figures.spread(id, shape)
        return range === undefined ? '–' : `${short(range[0])}–${short(range[1])}`
      }),

    build: () => byShape((id, shape) => buildCell(figures.buildMicros(id, shape))),

    coldBuild: () => byShape((id, shape) => short(figures.coldBuildMs(id, shape)) ?? '–'),

    memory: () => {
      const columns = shapes.filter((shape) => peers.some((id) => figures.bytes(id, shape) !== undefined))
      return byShape((id, shape) => bytesCell(figures.bytes(id, shape)), peers, columns)
    },

    concurrent: () => {
      const rows = measuredIn((id) => figures.concurrent(id)).map((id) => [
        titleOf(id),
        ...[figures.sequential(id), figures.concurrent(id)].map((value) => Math.round(value).toLocaleString('en-US')),
        ratioCell(figures.concurrent(id) / figures.sequential(id)),
      ])
      return table(['', 'one after another, runs/s', '1,000 at once, runs/s', 'ratio'], rows)
    },

    node22: () => {
      const ids = measuredIn((id) => figures.micros(id, 'chat', 'node22'))
      const on22 = (id) => figures.micros(id, 'chat', 'node22')
      return table(
        ['', 'chat, µs per stage', '÷ bare core'],
        ids.map((id) => [titleOf(id), short(on22(id)), ratioCell(ratio(on22(id), on22('core')))]),
      )
    },
  }
}
