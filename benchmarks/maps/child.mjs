// One measurement, in a process of its own: node child.mjs '<json>', the figures go to the parent as one message.
import { measures } from './measure.mjs'
import { subjectOf } from './subjects.mjs'

const task = JSON.parse(process.argv[2])
const subject = subjectOf(task.subject)
const { open } = await import(`./${subject.file}.mjs`)
const figures = await measures[task.mode]((options) => open(options, subject), task)

// process.send only queues: leaving at once would lose the message.
process.send(figures, () => process.exit(0))
