/** Reads what understanding needs from `flows/` and teaches it, here or on a thread of its own. */
import { Worker } from 'node:worker_threads'
import type { Fault } from '../errors.ts'
import { teachTopics } from './classifier.ts'
import { readFactPhrases } from './fact-phrases.ts'
import { examplesOf, readTopicsFile } from './topics-file.ts'
import { buildUnderstander, type Lesson, type Understander } from './understander.ts'
import { readUrgency } from './urgency.ts'

export type LessonRead = { value: Lesson } | { faults: Fault[] }

export function readLesson(flowsDirectory: string): LessonRead {
  const topics = readTopicsFile(flowsDirectory)
  if ('faults' in topics) return topics
  return { value: { file: topics.value, taught: teachTopics(topics.value, examplesOf(topics.value)) } }
}

/**
 * The same on a thread of its own: about a second of work and a hundred megabytes of scraps, which go with the thread.
 * Gives exactly what `readLesson` gives. Rejects only when the thread itself fails.
 */
export function readLessonAside(flowsDirectory: string): Promise<LessonRead> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('lesson-thread.ts', import.meta.url), { workerData: flowsDirectory })
    thread.once('message', resolve)
    thread.once('error', reject)
    // A second settling changes nothing: this counts only for a thread that ended without a word.
    thread.once('exit', (code) => reject(new Error(`The thread that learns the topics ended with code ${code}`)))
  })
}

export function readUnderstanding(
  flowsDirectory: string,
  lesson: LessonRead = readLesson(flowsDirectory),
): { value: Understander } | { faults: Fault[] } {
  const urgencies = readUrgency(flowsDirectory)
  const phrases = readFactPhrases(flowsDirectory)
  const faults = [lesson, urgencies, phrases].flatMap((read) => ('faults' in read ? read.faults : []))
  if ('faults' in lesson || 'faults' in urgencies || 'faults' in phrases) return { faults }
  return { value: buildUnderstander(lesson.value, urgencies.value, phrases.value) }
}
