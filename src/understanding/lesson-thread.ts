/** Runs on a thread of its own: learns the topics and hands over what it learned. */
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { readLesson } from './read-topics.ts'

const read = readLesson(z.string().parse(workerData))
const large = 'value' in read ? read.value.taught : undefined
parentPort?.postMessage(
  read,
  large && [
    large.linear.weights.buffer as ArrayBuffer,
    large.retrieval.phrases.buffer as ArrayBuffer,
    large.retrieval.values.buffer as ArrayBuffer,
  ],
)
