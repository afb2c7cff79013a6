import { must } from './contract-case.ts'
import { contractEvent, type SinkBench } from './sink-contract-bench.ts'

type RunCase = (bench: SinkBench) => Promise<void>

/** What a sink owes when it is flushed and closed. */
export const endCases: Readonly<Record<string, RunCase>> = {
  'flush waits until everything has arrived': flushWaits,
  'can be flushed when there is nothing, and again': flushesNothing,
  'close delivers what was taken': closeDelivers,
  'can be closed twice, at once and later': closesTwice,
  'after close it neither throws nor says yes to what it leaves out': keepsItsWord,
  'leaves no timer behind': leavesNoTimer,
}

async function flushWaits(bench: SinkBench): Promise<void> {
  const owed = await some(bench, 7)
  await bench.flush()
  const seqs = await bench.seqs()
  must(
    seqs.length >= owed,
    `flush() resolved when ${seqs.length} of ${owed} events had arrived. It waits until all that was taken before it is through.`,
  )
}

async function flushesNothing(bench: SinkBench): Promise<void> {
  await bench.flush()
  await some(bench, 2)
  await bench.flush()
  await bench.flush()
}

async function closeDelivers(bench: SinkBench): Promise<void> {
  const owed = await some(bench, 7)
  await bench.close()
  const seqs = await bench.seqs()
  must(
    seqs.length >= owed,
    `close() resolved when ${seqs.length} of ${owed} events had arrived. What was taken before it is delivered first.`,
  )
}

async function closesTwice(bench: SinkBench): Promise<void> {
  await some(bench, 3)
  await Promise.all(['first', 'second'].map((which) => bench.close(`The ${which} of two calls of close() at once`)))
  await bench.close('A call of close() after it was closed')
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
    'After close() tryEmit did not answer false, and the event did not arrive. Answer false for what is not taken.',
  )
}

async function leavesNoTimer(bench: SinkBench): Promise<void> {
  await some(bench, 4)
  await bench.flush()
  await some(bench, 4)
  await bench.close()
  await bench.clock.settle()
  const left = bench.clock.timers.map(({ dueAt, setAt }) => `${dueAt - setAt} ms`)
  must(left.length === 0, `After close() timers are left, of ${left.join(', ')}. Take them back.`)
}

/** Emits some events in both ways; answers how many were not refused. */
async function some(bench: SinkBench, count: number): Promise<number> {
  let owed = 0
  for (let seq = 0; seq < count; seq++) {
    if (seq % 2 === 0) {
      await bench.emitAndWait(contractEvent(seq))
      owed++
    } else if (bench.offer(contractEvent(seq))) owed++
  }
  return owed
}
