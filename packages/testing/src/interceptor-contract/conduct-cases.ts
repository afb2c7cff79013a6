import { must } from '../contract-base/contract-case.ts'
import { everything } from './everything.ts'
import type { InterceptorBench } from './interceptor-bench.ts'
import { oneAtATime } from './turns.ts'
import type { GlobalUse } from './watched-globals.ts'
import { watchWrites, type GlobalMembers } from './watched-writes.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for what an interceptor uses: time, globals and contexts. */
export const conductCases = (globals: GlobalMembers): Readonly<Record<string, RunCase>> => ({
  'takes its time from the clock of the run': timeFromClock,
  'leaves no global timer or process listener behind': nothingGlobal,
  'leaves the code that calls it in its own async context': ownContext,
  'writes nothing to global objects': (bench) => writesNoGlobal(bench, globals),
  'writes nothing to contexts and runs': writesNothing,
})

async function timeFromClock(bench: InterceptorBench): Promise<void> {
  const before = bench.globals.timeUses.length
  await everything(bench)
  const uses = bench.globals.timeUses.slice(before)
  must(
    uses.length === 0,
    `it took time from the machine: ${listed(uses)}. A manual clock cannot move that time, and the engine cannot pause it. Use the clock of the run: context.clock.sleep(ms, context.signal), context.clock.setTimeout(callback, ms), context.clock.now(). For a limit, return a part with deadline or idleTimeoutMs.`,
  )
}

async function nothingGlobal(bench: InterceptorBench): Promise<void> {
  const created = bench.globals.leftTimers
  await everything(bench)
  const timers = bench.globals.leftTimers.filter((use) => created.includes(use))
  must(
    timers.length === 0,
    `it set ${listed(timers)} when it was created, and nothing ends that. An interceptor has no end: set timers in a call or a run, on context.clock, and clear them in ended.`,
  )
  const listeners = bench.globals.leftListeners
  must(
    listeners.length === 0,
    `it left ${listed(listeners)} behind. An interceptor has no end, and Node warns of a leak at 11 listeners: let the app listen, once, and call a function of yours.`,
  )
}

async function ownContext(bench: InterceptorBench): Promise<void> {
  await everything(bench)
  const left = bench.globals.leftContexts
  must(
    left.length === 0,
    `it called ${listed(left)}, and returned in that async context: all that its caller does next, in other stages and other runs, is in it. Return a part with enter(next) { storage.run(value, next) }, which ends with the call.`,
  )
}

/** `before`: the members of before the first interceptor was made. */
async function writesNoGlobal(bench: InterceptorBench, before: GlobalMembers): Promise<void> {
  await everything(bench)
  if (before.changed().length === 0) return
  // Other code may have written them. So a second interceptor runs while those members are watched.
  const written = await alone(async () => {
    const writes = watchWrites(before.changed(), () => bench.globals.isWithin)
    try {
      await everything(bench.another())
    } finally {
      writes.close()
    }
    return writes.written
  })
  must(
    written.length === 0,
    `it wrote to ${written.join(', ')}, which all code of the process shares: two interceptors, or two versions of one, overwrite each other's values. Keep state in the function that makes the interceptor, or in a slot: run.set(slot, value).`,
  )
}

/** Two watches of one member would see each other. */
const alone = oneAtATime()

async function writesNothing(bench: InterceptorBench): Promise<void> {
  const written = new Set<string>()
  bench.watch.onWrite = (member) => void written.add(member)
  await everything(bench)
  must(
    written.size === 0,
    `it wrote to ${[...written].map((member) => `"${member}"`).join(', ')} of a context or a run, which are the engine's. Keep the state of a call in the function that wrap or onCall returns, and that of a run in a slot: run.set(slot, value).`,
  )
}

function listed(uses: readonly GlobalUse[]): string {
  const all = [...new Set(uses.map(({ call, where }) => (where === undefined ? call : `${call} at ${where}`)))]
  return all.slice(0, 3).join(', ') + (all.length > 3 ? ` and ${all.length - 3} more` : '')
}
