/** Why a whole file could not be taken; texts: `village.file.<key>`. */
export interface FileFault {
  key:
    | 'empty'
    | 'no_file'
    | 'too_big'
    | 'old_excel'
    | 'pdf'
    | 'not_a_table'
    | 'broken_xlsx'
    | 'swells'
    | 'encoding'
    | 'old_font'
    | 'open_quote'
    | 'no_headings'
    | 'no_name_column'
    | 'double_column'
    | 'no_rows'
    | 'too_many_rows'
    | 'too_wide'
    | 'too_slow'
  values?: Record<string, string | number>
}
