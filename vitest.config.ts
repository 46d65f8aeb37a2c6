import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/database-server.ts'],
    isolate: false,
    // Much of a run is waiting for processes: one worker a core, though Vitest would keep one core free.
    maxWorkers: '100%',
    expect: { requireAssertions: true },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    experimental: { viteModuleRunner: false },
  },
})
