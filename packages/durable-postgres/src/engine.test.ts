// The tests of the engine, with journals in PostgreSQL. The place comes before them.
import '../test/use-postgres.ts'
import '../../durable-engine/src/admission.test.ts'
import '../../durable-engine/src/durable-runs.test.ts'
import '../../durable-engine/src/early-answers.test.ts'
import '../../durable-engine/src/retry-failed.test.ts'
import '../../durable-engine/src/timed-questions.test.ts'
import '../../durable-engine/src/wrong-arguments.test.ts'
