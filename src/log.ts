import { type Logger, pino } from 'pino'

export type { Logger }

/**
 * Structured log. Facts go in as fields; a person's words, address, name or token never do. What slips in under a
 * known field name is cut out here as a last line of defence.
 */
export function createLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
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
        'err.config',
      ],
      censor: '[cut]',
    },
  })
}
