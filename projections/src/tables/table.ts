/** How values of a column travel: arrays and JSON go as text, because `unnest` would flatten them. */
type ColumnType =
  | 'uuid'
  | 'text'
  | 'integer'
  | 'bigint'
  | 'boolean'
  | 'timestamptz'
  | 'bytea'
  | 'jsonb'
  | 'uuid[]'
  | 'bigint[]';

/** A table as its handlers see it: the fields of a row are the columns in camel case. */
export interface Table<Row extends object> {
  /** Without the schema: which one is the connection's `search_path` to say. */
  readonly name: string;
  readonly columns: Readonly<Record<keyof Row & string, ColumnType>>;
  readonly key: readonly (keyof Row & string)[];
}

const columnNames = new Map<string, string>();

export function columnName(field: string): string {
  let name = columnNames.get(field);
  if (name === undefined)
    columnNames.set(field, (name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)));
  return name;
}

/** The row's fields, in one order for ever. */
export const fieldsOf = <Row extends object>(table: Table<Row>): (keyof Row & string)[] =>
  Object.keys(table.columns) as (keyof Row & string)[];

const travelsAsText = (type: ColumnType): boolean => type === 'jsonb' || type.endsWith('[]');

/** `unnest($1::uuid[], $2::text[])`: one array for each field. */
export function unnestOf<Row extends object>(
  table: Table<Row>,
  fields: readonly (keyof Row & string)[],
): string {
  const arrays = fields.map((field, index) => {
    const type = table.columns[field];
    return `$${index + 1}::${travelsAsText(type) ? 'text' : type}[]`;
  });
  return `unnest(${arrays.join(', ')}) AS given (${fields.map(columnName).join(', ')})`;
}

/** `given.mentions::uuid[]` where the value travelled as text. */
export function givenColumn<Row extends object>(table: Table<Row>, field: keyof Row & string): string {
  const type = table.columns[field];
  return `given.${columnName(field)}${travelsAsText(type) ? `::${type}` : ''}`;
}

/** The values of one field over all rows, as `unnestOf` takes them. */
export function valuesOf<Row extends object>(
  table: Table<Row>,
  rows: readonly Row[],
  field: keyof Row & string,
): unknown[] {
  const type = table.columns[field];
  if (type === 'jsonb') return rows.map((row) => asJson(row[field]));
  if (type.endsWith('[]')) return rows.map((row) => asArrayLiteral(row[field]));
  return rows.map((row) => row[field]);
}

export function asJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** For ids and numbers only: nothing in them needs a quote. */
export function asArrayLiteral(value: unknown): string | null {
  return Array.isArray(value) ? `{${value.join(',')}}` : null;
}
