// Names in the journal, the promises and the state of a run. The step of a call has the key of the call, which contains no space.

/** The promise that tells that the run was started, and by which request. */
export const STARTED = 'run started'
/** The promise that tells that a run which was moved or tried again has got the answers that were given before. */
export const TOLD = 'run told'
/** The step that a run begins with. */
export const START = 'run start'
/** The step that keeps the result of a run: its report has times that differ between attempts. */
export const END = 'run end'
/** The promise that gives a process the right to remove the run: followed by how many had it before, and died. */
export const CLAIM = 'run claim '
/** A promise that is never resolved, and that no one waits for. */
export const UNUSED = 'run unused'
/** The promise of the result. The output of the workflow doesn't have it, because anyone who reaches Restate can read that. */
export const RESULT = 'run result'
/** The promise that cancels a run, and the step that records it. */
export const CANCEL = 'run cancel'
/** The promise that interrupts a run, and the step that records it. */
export const INTERRUPT = 'run interrupt'
/** The promise that a request of this id resolves, so that it is carried out once. */
export const ONCE = 'request '
/** The promise of an answer: followed by the number of the question and its path. */
export const ANSWER = 'answer '
/**
 * The promise of how many answers have come before their questions. The id of the request that started the run follows, a space, and the
 * number of the request that brought some. If Restate repeats a request after the run was moved, it doesn't count there.
 */
export const EARLY = 'early answers '
/** The state that tells how many of them the run has got. */
export const EARLY_TAKEN = 'early answers taken'
/** The step that records an answer: followed by the key of the call that asked, a space, and the rest of the name of its promise. */
export const ANSWERED = 'answered '
/** The step that records that a timer has passed: followed by the key of the timer. */
export const TIMER = 'timer '
/** The step that records the end of a call on another machine: followed by the key of the call. */
export const CALLED = 'called '
/** What aborts a call on another machine: followed by the key of the call. */
export const ABORT = 'abort '
/** The sleep of a timer. */
export const SLEEP = 'sleep '
/** The state that tells how far the run is. */
export const RUN = 'run'
/** The state that tells who answered the run, cancelled it, interrupted it, and tried it again. */
export const ACTS = 'acts'
/** The state that tells what a stage has asked: followed by the path of its answer. */
export const QUESTION = 'question '
/** The state that tells that a stage has ended without a question: followed by the path of an answer to it. */
export const ENDED = 'ended '

/** The promise of the answer to a question. An answer that comes early is that to the first one. */
export const answerName = (number: number, path: string): string => `${ANSWER}${number} ${path}`
