/** The package has types, but does not name them where its module is found; and `leap` is a truth value there. */
declare module 'date-chinese' {
  export class CalendarVietnamese {
    set(cycle: number, year: number, month: number, leap: boolean, day: number): this
    get(): number[]
    fromGregorian(year: number, month: number, day: number): this
    toGregorian(year: number): { year: number; month: number; day: number }
  }
}
