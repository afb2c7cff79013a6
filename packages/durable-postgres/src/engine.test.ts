// The tests of the engine, with journals in PostgreSQL. The place comes before them.
import '../test/use-postgres.ts'
import '../../durable-engine/src/durable-runs.test.ts'
import '../../durable-engine/src/early-answers.test.ts'
import '../../durable-engine/src/failed-writes.test.ts'
import '../../durable-engine/src/foreign-requests.test.ts'
import '../../durable-engine/src/lost-leases.test.ts'
import '../../durable-engine/src/odd-values.test.ts'
import '../../durable-engine/src/retry-failed.test.ts'
import '../../durable-engine/src/reused-ids.test.ts'
import '../../durable-engine/src/run-result.test.ts'
import '../../durable-engine/src/timed-questions.test.ts'
import '../../durable-engine/src/views.test.ts'
import { isHeavy } from '../../core/test/property-settings.ts'

// By day those above: what a journal keeps, finds and takes over, and how it fails. By night also those of what the engine decides before it
// asks its journal: who may do what, which arguments and answers it takes, and when a schedule is due.
if (isHeavy) {
  await import('../../durable-engine/src/admission.test.ts')
  await import('../../durable-engine/src/answer-by-schema.test.ts')
  await import('../../durable-engine/src/changed-demands.test.ts')
  await import('../../durable-engine/src/kept-answers.test.ts')
  await import('../../durable-engine/src/late-journal.test.ts')
  await import('../../durable-engine/src/org-less.test.ts')
  await import('../../durable-engine/src/schedule.test.ts')
  await import('../../durable-engine/src/surplus-arguments.test.ts')
  await import('../../durable-engine/src/system-runs.test.ts')
  await import('../../durable-engine/src/unawaited.test.ts')
  await import('../../durable-engine/src/wrong-arguments.test.ts')
}
