import { css } from 'lit'

/** What the elements of this view have in common. */
export const serversStyles = css`
  :host {
    display: block;
    min-inline-size: 0;
  }

  h1,
  h2,
  h3,
  h4,
  p,
  pre,
  dl,
  dd,
  ul {
    margin: 0;
  }

  ul {
    padding: 0;
    list-style: none;
  }

  h1 {
    font: var(--type-heading);
    overflow-wrap: anywhere;
  }

  h2 {
    font: var(--type-heading);
    overflow-wrap: anywhere;
  }

  h3 {
    font: var(--type-title);
  }

  h4 {
    font: var(--type-label);
  }

  .card {
    display: grid;
    gap: var(--space-3);
    min-inline-size: 0;
    padding: var(--space-4);
    border: var(--hairline) solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  .line {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-3);
    align-items: center;
    min-inline-size: 0;
  }

  .push {
    margin-inline-start: auto;
  }

  .plain {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
    unicode-bidi: plaintext;
  }

  code,
  pre {
    font: var(--type-code);
    overflow-wrap: anywhere;
  }

  pre {
    padding: var(--space-3);
    overflow: auto;
    border-radius: var(--radius);
    background: var(--sunken);
    white-space: pre-wrap;
    unicode-bidi: plaintext;
  }

  .tag {
    display: inline-flex;
    gap: var(--space-1);
    align-items: center;
    padding: 0 var(--space-2);
    border-radius: var(--radius-round);
    background: var(--sunken);
    color: var(--muted);
    font: var(--type-meta);
  }

  .tag::before {
    flex: none;
    inline-size: var(--space-2);
    block-size: var(--space-2);
    border-radius: var(--radius-round);
    background: currentColor;
    content: '';
  }

  .tag.quiet::before {
    border: var(--hairline) solid currentColor;
    background: transparent;
  }

  .tag.ok {
    background: var(--ok-soft);
    color: var(--ok);
  }

  .tag.busy {
    background: var(--accent-soft);
    color: var(--accent);
  }

  .tag.warn {
    background: var(--warn-soft);
    color: var(--warn);
  }

  .tag.danger {
    background: var(--danger-soft);
    color: var(--danger);
  }

  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(8rem, 100%), 1fr));
    gap: var(--space-3) var(--space-4);
  }

  .facts > .whole {
    grid-column: 1 / -1;
  }

  dt {
    color: var(--muted);
    font: var(--type-meta);
  }

  dd {
    font: var(--type-label);
    overflow-wrap: anywhere;
  }

  .wrong {
    color: var(--danger);
    font: var(--type-meta);
  }

  summary {
    inline-size: fit-content;
    min-block-size: var(--control);
    padding-block: var(--space-2);
    border-radius: var(--radius);
    font: var(--type-label);
    cursor: pointer;
  }

  .none {
    display: grid;
    gap: var(--space-2);
    justify-items: center;
    padding: var(--space-5) var(--space-4);
    color: var(--muted);
    text-align: center;
  }
`

/** Fields of a form, each with its label above. */
export const formStyles = css`
  form,
  .form {
    display: grid;
    gap: var(--space-4);
    min-inline-size: 0;
  }

  .entry {
    display: grid;
    gap: var(--space-1);
    min-inline-size: 0;
  }

  .entry label,
  legend {
    font: var(--type-label);
    overflow-wrap: anywhere;
  }

  .needed {
    color: var(--muted);
    font: var(--type-meta);
  }

  textarea.field {
    padding-block: var(--space-2);
    font: var(--type-code);
    field-sizing: content;
    max-block-size: 40dvh;
    resize: vertical;
  }

  .field[aria-invalid='true'] {
    border-color: var(--danger);
  }

  legend {
    padding: 0;
  }

  fieldset {
    min-inline-size: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    margin-block-start: var(--space-1);
  }

  .choices label {
    display: inline-flex;
    gap: var(--space-2);
    align-items: center;
    min-block-size: var(--control);
    font: var(--type-label);
  }
`
