import { css } from 'lit'

export const quickFindStyles = css`
  dialog {
    flex-direction: column;
    inline-size: min(var(--panel), calc(100vw - 2 * var(--space-4)));
    max-block-size: calc(100dvh - 2 * var(--drop));
    margin-block-start: var(--drop);
    padding: 0;
    overflow: hidden;
    border: var(--hairline) solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
    color: var(--text);
    box-shadow: var(--shadow);
  }

  dialog[open] {
    display: flex;
  }

  dialog::backdrop {
    background: var(--backdrop);
  }

  .entry {
    position: relative;
    flex: none;
    border-block-end: var(--hairline) solid var(--line);
  }

  .entry:focus-within {
    border-color: var(--accent);
  }

  .entry .icon {
    position: absolute;
    inset-block: 0;
    inset-inline-start: var(--space-4);
    margin-block: auto;
    color: var(--muted);
  }

  input {
    inline-size: 100%;
    padding: var(--space-4) var(--space-4) var(--space-4) calc(var(--icon) + var(--space-4) + var(--space-3));
    border: 0;
    background: transparent;
    color: var(--text);
    font: var(--type-body);
  }

  /* The dialog has one field: its caret and the line below it show where the focus is. */
  input:focus-visible {
    outline: none;
  }

  input::placeholder {
    color: var(--muted);
    opacity: 1;
  }

  [role='listbox'] {
    flex: 1;
    min-block-size: 0;
    padding: var(--space-2);
    overflow-y: auto;
    overscroll-behavior: contain;
  }

  .heading {
    padding: var(--space-2) var(--space-2) var(--space-1);
  }

  [role='option'] {
    display: grid;
    min-block-size: var(--control);
    align-content: center;
    padding: var(--space-1) var(--space-2);
    border-radius: var(--radius);
    font: var(--type-label);
    font-weight: 400;
    cursor: pointer;
  }

  [role='option']:hover {
    background: var(--hover);
  }

  [role='option'][aria-selected='true'] {
    background: var(--accent-soft);
    box-shadow: inset var(--ring) 0 0 var(--accent);
  }

  .name,
  .snippet {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .none {
    margin: 0;
    padding: var(--space-4);
    text-align: center;
  }

  footer {
    flex: none;
    padding: var(--space-2) var(--space-4);
    border-block-start: var(--hairline) solid var(--line);
  }
`
