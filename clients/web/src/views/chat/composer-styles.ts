import { css } from 'lit'

export const composerStyles = css`
  :host {
    display: block;
  }

  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    border: var(--hairline) solid var(--line-strong);
    border-radius: var(--radius-card);
    background: var(--surface);
    transition: border-color var(--motion);
  }

  form:focus-within {
    border-color: var(--focus);
  }

  form.dropping {
    outline: var(--ring) dashed var(--focus);
  }

  /* The text stands a second time behind the area and gives it its height: no script measures. */
  .grow {
    display: grid;
    max-block-size: min(10lh, 40dvh);
    overflow-y: auto;
  }

  .grow::after {
    content: attr(data-text);
    visibility: hidden;
  }

  .grow::after,
  textarea {
    grid-area: 1 / 1;
    min-inline-size: 0;
    margin: 0;
    padding: var(--space-3) var(--space-4) var(--space-1);
    border: 0;
    font: var(--type-body);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  textarea {
    overflow: hidden;
    background: transparent;
    color: var(--text);
    resize: none;
  }

  textarea:focus-visible {
    outline: none;
  }

  textarea::placeholder {
    color: var(--muted);
    opacity: 1;
  }

  .tools {
    display: flex;
    gap: var(--space-1);
    align-items: center;
    padding: var(--space-1) var(--space-2) var(--space-2);
  }

  .tools > .quiet {
    color: var(--muted);
  }

  .tools > .quiet:hover {
    color: var(--text);
  }

  .tools > .draw[aria-pressed='true'] {
    background: var(--accent-soft);
    color: var(--accent);
  }

  .go {
    margin-inline-start: auto;
    border-radius: var(--radius-round);
  }

  .stop .icon {
    inline-size: var(--space-4);
    block-size: var(--space-4);
    fill: currentColor;
  }

  .editing {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    justify-content: space-between;
    padding: var(--space-1) var(--space-2) 0 var(--space-4);
  }

  ul {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    margin: 0;
    padding: var(--space-3) var(--space-4) 0;
    list-style: none;
  }

  li {
    position: relative;
  }

  li img {
    display: block;
    inline-size: calc(2 * var(--touch));
    block-size: calc(2 * var(--touch));
    border-radius: var(--radius);
    object-fit: cover;
  }

  li button.square {
    position: absolute;
    inset-block-start: calc(var(--space-2) * -1);
    inset-inline-end: calc(var(--space-2) * -1);
    border-radius: var(--radius-round);
    background: var(--surface);
    min-block-size: var(--space-6);
    inline-size: var(--space-6);
  }

  .blocked {
    margin: var(--space-1) var(--space-4) 0;
  }
`
