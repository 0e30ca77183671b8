import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Full text over titles and messages. `search_rows` says what is indexed (ordinal 0: the title); its triggers keep the
 * index, which holds words and no second copy of any text, in step. What is there already is indexed in the background.
 */
export const search: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('search_rows')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('conversation_id', 'text', (column) =>
        column.notNull().references('conversations.id').onDelete('cascade'),
      )
      .addColumn('message_id', 'text', (column) => column.unique().references('messages.id').onDelete('cascade'))
      .addColumn('ordinal', 'integer', (column) => column.notNull())
      .addUniqueConstraint('search_rows_order', ['conversation_id', 'ordinal'])
      .modifyEnd(sql`strict`)
      .execute()
    for (const statement of [index, whenAdded, whenRemoved, whenRenamed]) await statement.execute(database)
  },
}

/** A prefix of one or two letters would otherwise have to read a large part of the index. */
const index = sql`
  create virtual table search_text using fts5(
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2'
  )`

/** The length is bounded, so that one message never holds up the others for long. */
const whenAdded = sql`
  create trigger search_rows_added after insert on search_rows begin
    insert into search_text (rowid, text) values (new.id, substr(coalesce(
      case when new.message_id is null
        then (select title from conversations where id = new.conversation_id)
        else (select group_concat(text, char(10)) from parts
               where message_id = new.message_id and type in ('text', 'refusal'))
      end, ''), 1, 262144));
  end`

const whenRemoved = sql`
  create trigger search_rows_removed after delete on search_rows begin
    delete from search_text where rowid = old.id;
  end`

/** Only a rename sets the title: an append costs nothing here. */
const whenRenamed = sql`
  create trigger search_rows_renamed after update of title on conversations begin
    delete from search_rows where conversation_id = new.id and ordinal = 0;
    insert into search_rows (conversation_id, ordinal) values (new.id, 0);
  end`
