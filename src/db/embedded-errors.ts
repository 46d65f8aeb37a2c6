/** The data folder belongs to somebody else who is alive. */
export class DataDirInUse extends Error {
  readonly dataDir: string
  readonly pid: number

  constructor(dataDir: string, pid: number) {
    super(
      `${dataDir} is in use by process ${pid}. The embedded database serves one process: ` +
        'stop that one, choose another DATA_DIR, or set DATABASE_URL to a PostgreSQL server to run several processes.',
    )
    this.name = 'DataDirInUse'
    this.dataDir = dataDir
    this.pid = pid
  }
}

/** The embedded database cannot run on this machine; says what would help. */
export class EmbeddedUnavailable extends Error {
  constructor(why: string, cause?: unknown) {
    super(`The embedded database cannot run here: ${why}. Set DATABASE_URL to use a PostgreSQL server instead.`, {
      cause,
    })
    this.name = 'EmbeddedUnavailable'
  }
}
