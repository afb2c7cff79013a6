import { must } from '../contract-base/contract-case.ts'
import type { GlobalUse } from '../interceptor-contract/watched-globals.ts'
import { contractEvent, type SinkBench } from './sink-bench.ts'

type RunCase = (bench: SinkBench) => Promise<void>

const LIMIT_MS = 100

/** Rules for `flush` and `close`. */
export const endCases: Readonly<Record<string, RunCase>> = {
  'flush waits until everything has arrived': flushWaits,
  'can be flushed when it is empty, and again': flushesNothing,
  'flush ends in time while what is behind hangs': flushesInTime,
  'close delivers the accepted events': closeDelivers,
  'can be closed twice, at once and later': closesTwice,
  'closes without any time left, and does not reject': closesWithoutTime,
  'closes when the signal has aborted, and does not reject': closesOnAbort,
  'closes in time while what is behind hangs': closesInTime,
  'after close it refuses events, and does not throw': keepsItsWord,
  'leaves no timer behind': leavesNoTimer,
  'takes its time from its clock': usesItsClock,
}

async function flushWaits(bench: SinkBench): Promise<void> {
  const accepted = await some(bench, 7)
  await bench.flush()
  const seqs = await bench.seqs()
  must(
    seqs.length >= accepted,
    `flush() resolved when ${seqs.length} of ${accepted} events had arrived. It must wait until every event that was accepted before has arrived.`,
  )
}

async function flushesNothing(bench: SinkBench): Promise<void> {
  await bench.flush()
  await some(bench, 2)
  await bench.flush()
  await bench.flush()
}

async function flushesInTime(bench: SinkBench): Promise<void> {
  if (bench.hang === undefined) return
  bench.hang()
  emitSome(bench)
  await bench.flushWithin(LIMIT_MS)
}

async function closeDelivers(bench: SinkBench): Promise<void> {
  const accepted = await some(bench, 7)
  await bench.close()
  const seqs = await bench.seqs()
  must(
    seqs.length >= accepted,
    `close() resolved when ${seqs.length} of ${accepted} events had arrived. It must first deliver every event that was accepted before.`,
  )
}

async function closesTwice(bench: SinkBench): Promise<void> {
  await some(bench, 3)
  await Promise.all(['first', 'second'].map((which) => bench.close(`The ${which} of two calls of close() at once`)))
  await bench.close('A call of close() after it was closed')
}

async function closesWithoutTime(bench: SinkBench): Promise<void> {
  await some(bench, 3)
  await bench.close('close({ timeoutMs: 0 })', { timeoutMs: 0 })
}

async function closesOnAbort(bench: SinkBench): Promise<void> {
  await some(bench, 3)
  await bench.close('close({ signal }) with an aborted signal', { signal: AbortSignal.abort(new Error('stop')) })
}

async function closesInTime(bench: SinkBench): Promise<void> {
  if (bench.hang === undefined) return
  bench.hang()
  emitSome(bench)
  await bench.close(`close({ timeoutMs: ${LIMIT_MS} }), while what is behind the sink hangs,`, { timeoutMs: LIMIT_MS })
}

async function keepsItsWord(bench: SinkBench): Promise<void> {
  await bench.emitAndWait(contractEvent(0))
  await bench.close()
  const answer = bench.tryEmit(contractEvent(1))
  const isTaken = answer === true || answer === undefined
  await bench.emitAndWait(contractEvent(2))
  await bench.flush()
  const seqs = await bench.seqs()
  must(
    !isTaken || seqs.includes(1),
    'After close(), tryEmit accepted an event that did not arrive. Return false for an event that you do not accept.',
  )
}

async function leavesNoTimer(bench: SinkBench): Promise<void> {
  await some(bench, 4)
  await bench.flush()
  await some(bench, 4)
  await bench.close()
  await bench.clock.settle()
  const left = bench.clock.timers.map(({ dueAt, setAt }) => `${dueAt - setAt} ms`)
  must(left.length === 0, `After close() timers are left, of ${left.join(', ')}. Clear them.`)
  // A timer of the machine that is about to fire isn't one that is left.
  await bench.passRealTime()
  const [use] = bench.globals.leftTimers
  must(
    use === undefined,
    `After close() a timer of the machine is left: ${use && shownUse(use)}. Set it on the clock of the sink, and clear it in close().`,
  )
}

async function usesItsClock(bench: SinkBench): Promise<void> {
  await some(bench, 4)
  await bench.flushWithin(LIMIT_MS)
  await some(bench, 4)
  await bench.close('close()', { timeoutMs: LIMIT_MS })
  const [use] = bench.globals.timeUses
  must(
    use === undefined,
    `The sink called ${use && shownUse(use)}. Take an option \`clock\`, by default systemClock, and use its now() and setTimeout(), so that tests of the sink need not wait.`,
  )
}

const shownUse = ({ call, where }: GlobalUse): string => (where === undefined ? call : `${call} at ${where}`)

/** Emits some events without waiting: what is behind the sink hangs. */
function emitSome(bench: SinkBench): void {
  for (let seq = 0; seq < 3; seq++) Promise.resolve(bench.emit(contractEvent(seq))).catch(() => {})
}

/** Emits some events in both ways. Returns how many were accepted. */
async function some(bench: SinkBench, count: number): Promise<number> {
  let accepted = 0
  for (let seq = 0; seq < count; seq++) {
    if (seq % 2 === 0) {
      await bench.emitAndWait(contractEvent(seq))
      accepted++
    } else if (bench.offer(contractEvent(seq))) accepted++
  }
  return accepted
}
