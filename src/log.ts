import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

const DEEPEST_CAUSE = 5
/** Their messages quote what they stumbled over: a statement with its values, or a text that is no JSON. */
const QUOTING = new Set(['DrizzleQueryError', 'PostgresError', 'SyntaxError'])
const FRAME = /^\s+at .*(:\d+:\d+|<anonymous>|native|index \d+)\)?$/

interface LoggedError {
  name: string
  code?: string
  message?: string
  frames: string[]
  cause?: LoggedError
}

/**
 * Structured log. Facts go in as fields; a person's words, address, name or token never do. What slips in under a
 * known field name is cut out here as a last line of defence, and of an error only what names the fault is kept.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => loggedError(error) },
      redact: {
        paths: [
          'text',
          'token',
          'password',
          'address',
          'phone',
          '*.text',
          '*.token',
          '*.password',
          '*.address',
          '*.phone',
          'req.headers',
        ],
        censor: '[cut]',
      },
    },
    // pino tells one argument from two by their number.
    ...(destination === undefined ? [] : ([destination] as const)),
  )
}

/** Drops all that an error carries along, such as `query`, `params` and `detail`; they hold what people told us. */
function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] }
  const kind = error.constructor.name
  const isQuoting = QUOTING.has(kind) || QUOTING.has(error.name) || 'query' in error
  return {
    name: error.name === 'Error' ? kind : error.name,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(isQuoting ? {} : { message: error.message }),
    frames: framesOf(error),
    ...(error.cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: loggedError(error.cause, depth + 1) }),
  }
}

/** The message stands at the head of the stack, and a line of it may look like a frame. */
function framesOf({ stack = '', message }: Error): string[] {
  const start = stack.indexOf(message)
  const frames = start === -1 ? stack : stack.slice(start + message.length)
  return frames.split('\n').flatMap((line) => (FRAME.test(line) ? [line.trim()] : []))
}
