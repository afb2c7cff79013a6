import { rivals } from '../peers/index.mjs'
import { partTargets } from './parts.mjs'

const times = (value, digits = 2) => `${value.toFixed(digits)}×`
const micros = (value, digits = 2) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)} µs`
const bytes = (value) => `${Math.round(value).toLocaleString('en-US')} B`
const ratio = (a, b) => (a === undefined || b === undefined ? undefined : a / b)
const minus = (a, b) => (a === undefined || b === undefined ? undefined : a - b)

/**
 * Every target that the measured cases can answer: what it asks, what was measured, whether it is met, and which
 * profile would show why not.
 */
export function judge(figures, shapes, parts) {
  const rows = [
    ...shapes.flatMap((shape) => ofShape(figures, shape)),
    ...ofChains(figures),
    ...ofThroughput(figures),
    ...onNode22(figures),
    ...partTargets(parts?.figures ?? []),
  ]
  return rows
    .filter(({ value }) => value !== undefined)
    .map(({ value, most, least, show, ...row }) => {
      const limit = most ?? least
      // "1.50× of 1.50×, missed" would puzzle a reader.
      const measured = show(value) === show(limit) ? show(value, 3) : show(value)
      return {
        ...row,
        measured,
        limit: `${most === undefined ? '≥' : '≤'} ${show(limit)}`,
        met: most === undefined ? value >= limit : value <= limit,
      }
    })
    .toSorted((a, b) => placeOf(a.name) - placeOf(b.name))
}

const hand = 'bare core ÷ the scheduler by hand with records'
const rival = 'the fastest peer ÷ bare core'
const defaults = 'the seven defaults ÷ the scheduler by hand with records'
const withContext = 'the seven defaults and AsyncLocalStorage ÷ the same by hand'
const observed = 'the seven defaults, two log lines and a span ÷ the same by hand'
const node22 = 'async.auto ÷ bare core, on Node 22'
const wraps = 'seven empty wraps add, a stage'
const observers = 'three empty observers add, a stage'
const memory = 'allocated a stage, bare core'
const long = 'a stage of a 100,000 chain ÷ one of a 1,000 chain'
const longer = 'a stage of a 10,000 chain ÷ one of a 10 chain'
const concurrent = 'throughput of 1,000 concurrent runs ÷ sequential'
const names = [hand, rival, node22, wraps, observers, defaults, withContext, observed, memory, long, longer, concurrent]

const placeOf = (name) => (names.includes(name) ? names.indexOf(name) : names.length)

function ofShape(figures, shape) {
  const of = (peer) => figures.micros(peer, shape)
  const profile = { peer: 'core', shape }
  const best = fastestRival(figures, shape)
  const judged = [
    { name: hand, shape, value: ratio(of('core'), of('indegreeReal')), most: 1.5, show: times, profile },
    {
      name: rival,
      shape: `${shape} (${best?.title})`,
      value: ratio(best?.micros, of('core')),
      least: 1.5,
      show: times,
      profile,
    },
    { name: memory, shape, value: figures.bytes('core', shape)?.bytesPerStage, most: 1536, show: bytes },
  ]
  const defaultsBar = (name, peer, byHand, most) => ({
    name,
    shape,
    value: ratio(of(peer), of(byHand)),
    most,
    show: times,
    profile: { peer, shape },
  })
  judged.push(
    defaultsBar(defaults, 'defaults', 'indegreeReal', shape === 'chat' ? 3.5 : 3),
    defaultsBar(withContext, 'defaultsContext', 'indegreeContext', 2.5),
    defaultsBar(observed, 'defaultsObserved', 'indegreeObserved', 1.3),
  )
  if (shape !== 'chat' && !/\D1000$/.test(shape)) return judged
  return [
    ...judged,
    {
      name: wraps,
      shape,
      value: minus(of('coreWraps'), of('core')),
      most: shape === 'chat' ? 0.3 : 0.6,
      show: micros,
      profile: { peer: 'coreWraps', shape },
    },
    {
      name: observers,
      shape,
      value: minus(of('coreObservers'), of('core')),
      most: 0.12,
      show: micros,
      profile: { peer: 'coreObservers', shape },
    },
  ]
}

function ofChains(figures) {
  const chain = (length) => figures.micros('core', `chain${length}`)
  return [
    {
      name: long,
      shape: 'chain',
      value: ratio(chain(100_000), chain(1000)),
      most: 2.5,
      show: times,
      profile: { peer: 'core', shape: 'chain100000' },
    },
    {
      name: longer,
      shape: 'chain',
      value: ratio(chain(10_000), chain(10)),
      most: 1.5,
      show: times,
      profile: { peer: 'core', shape: 'chain10000' },
    },
  ]
}

const ofThroughput = (figures) => [
  {
    name: concurrent,
    shape: 'chat',
    value: ratio(figures.concurrent('core'), figures.sequential('core')),
    least: 0.75,
    show: times,
  },
]

function onNode22(figures) {
  const of = (peer) => figures.micros(peer, 'chat', 'node22')
  return [{ name: node22, shape: 'chat', value: ratio(of('asyncauto'), of('core')), least: 1, show: times }]
}

/** Of the other engines, never of the code by hand. */
export function fastestRival(figures, shape) {
  const measured = rivals
    .map(({ id, title }) => ({ id, title, micros: figures.micros(id, shape) }))
    .filter(({ micros }) => micros !== undefined)
  return measured.toSorted((a, b) => a.micros - b.micros)[0]
}
