import { peerOf } from './peers/index.mjs'

const quickTiming = { warmMs: 250, measureMs: 200, buildMs: 40, coldMs: 3000 }
const fullTiming = { warmMs: 300, measureMs: 350, buildMs: 60, coldMs: 3000 }
// Small graphs need thousands of runs before they are warm, and this is the shape that readers compare.
const chatTimes = (quick) =>
  quick ? { ...quickTiming, warmMs: 600, measureMs: 300 } : { ...fullTiming, warmMs: 700, measureMs: 600 }

/** The times of a full run, which the page states. */
export const statedTimes = { all: fullTiming, chat: chatTimes(false) }

// The default interceptors are a lot of code, which takes its time to be compiled; a server runs for longer than that.
const warmed = (times, peer) => (peerOf(peer).warmMs === undefined ? times : { ...times, warmMs: peerOf(peer).warmMs })

const memoryShapes = ['chat', 'chain1000', 'fan1000', 'random1000']
const node22Peers = ['core', 'indegreeReal', 'pgraph', 'asyncauto']

/**
 * Every case in the order of measuring. Within a round the peers follow one another on the same shape. Every other
 * round turns their order round, so that a slow minute of the machine meets all of them.
 */
export function listCases({ peers, shapes, rounds, quick }) {
  const cases = []
  // A quick look is at core: of the others only how fast they run.
  const brief = (ids) => (quick ? ids.filter((id) => peerOf(id).packages === undefined) : ids)
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? peers : peers.toReversed()
    const add = (section, shape, peer, task) => {
      const { cannot, rounds: most = rounds } = peerOf(peer)
      if (round < most && cannot?.(shape) === undefined) cases.push({ section, round, peer, shape, ...task })
    }
    for (const shape of shapes) {
      // Building is timed in the first round only: at 100,000 stages it takes longer than running.
      const times = { ...(shape === 'chat' ? chatTimes(quick) : quick ? quickTiming : fullTiming), builds: round === 0 }
      for (const peer of order) add('run', shape, peer, { mode: 'run', ...warmed(times, peer) })
    }
    if (!shapes.includes('chat')) continue
    for (const peer of order.filter((id) => node22Peers.includes(id))) {
      add('node22', 'chat', peer, { mode: 'run', node: 22, ...chatTimes(quick) })
    }
    for (const peer of brief(order))
      add('concurrent', 'chat', peer, { mode: 'concurrent', warmMs: quick ? 200 : 400, measureMs: quick ? 300 : 500 })
  }
  for (const shape of shapes.filter((name) => memoryShapes.includes(name))) {
    for (const peer of brief(peers)) {
      if (peerOf(peer).cannot?.(shape) === undefined)
        cases.push({ section: 'memory', round: 0, peer, shape, mode: 'memory' })
    }
  }
  return cases
}

const family = (shape) => /^(chain|fan)(\d+)$/.exec(shape)

/** Why a case need not be tried: this peer ran out of time on it, or on a smaller one of the same family. */
export function pointless({ section, peer, shape, round }, results) {
  if (section === 'memory') {
    const runs = results.run?.[peer]?.[shape]
    return runs?.some((each) => each.timedOut || each.error !== undefined) ? 'ran out of time' : undefined
  }
  if (section !== 'run') return undefined
  const shapesOfPeer = results.run?.[peer] ?? {}
  const [, kind, size] = family(shape) ?? []
  for (const [other, rounds] of Object.entries(shapesOfPeer)) {
    const [, otherKind, otherSize] = family(other) ?? []
    const same = other === shape && round > 0
    const smaller = kind !== undefined && kind === otherKind && Number(otherSize) < Number(size)
    if (!same && !smaller) continue
    if (rounds.some((each) => each.timedOut)) return 'ran out of time'
    // A case of many seconds is as good once as three times; its tenfold cannot end within the limit.
    if (rounds.some((each) => each.cold)) return same ? 'measured once' : 'ran out of time'
  }
  return undefined
}
