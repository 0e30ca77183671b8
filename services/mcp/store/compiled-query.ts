import { type Compilable, DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { StoreDatabase } from './database-schema.ts'

/** A query whose text is made once; each time only its values are given. Building one anew costs more than running it. */
export interface CompiledQuery<Values, Row> {
  readonly text: () => string
  /** What stands for each `?`, from the values of a call. */
  readonly parametersOf: (values: Values) => readonly unknown[]
  /** Only a type: what its rows are. */
  readonly row?: Row
}

type ValueOf<Values> = <Name extends keyof Values>(name: Name) => Values[Name]

/** Stands for a value while the text is made. */
class Placeholder {
  readonly name: PropertyKey

  constructor(name: PropertyKey) {
    this.name = name
  }
}

const createCompiler = () =>
  new Kysely<StoreDatabase>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })

/** `build` writes the query, with `value(name)` wherever a value of a call is to stand; called once, at the first use. */
export function compileQuery<Values extends object, Row = unknown>(
  build: (database: Kysely<StoreDatabase>, value: ValueOf<Values>) => Compilable<Row>,
): CompiledQuery<Values, Row> {
  // Kysely passes a value on to the parameters as it is: a placeholder of any type comes out where it was put in.
  const value = ((name) => new Placeholder(name)) as ValueOf<Values>
  let made: { readonly sql: string; readonly parameters: readonly unknown[] } | undefined
  const compiled = () => (made ??= build(createCompiler(), value).compile())
  const valueAt = (values: Values, slot: unknown): unknown =>
    slot instanceof Placeholder ? Reflect.get(values, slot.name) : slot
  return {
    text: () => compiled().sql,
    parametersOf: (values) => compiled().parameters.map((slot) => valueAt(values, slot)),
  }
}
