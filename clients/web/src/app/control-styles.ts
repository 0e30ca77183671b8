import { css } from 'lit'

/**
 * The look of controls, for the shadow root of every element: `static override styles = [controlStyles, css`…`]`.
 * Classes: `primary`, `quiet` (no border), `danger`, `square` (an icon only) for buttons; `field` for inputs; `meta`;
 * `unseen` for what only a screen reader gets.
 */
export const controlStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  :focus-visible {
    outline: var(--ring) solid var(--focus);
    outline-offset: var(--ring);
  }

  .icon {
    flex: none;
    inline-size: var(--icon);
    block-size: var(--icon);
  }

  button,
  .button {
    display: inline-flex;
    gap: var(--space-2);
    align-items: center;
    justify-content: center;
    min-block-size: var(--control);
    margin: 0;
    padding: var(--space-1) var(--space-3);
    border: var(--hairline) solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
    font: var(--type-label);
    text-align: center;
    text-decoration: none;
    cursor: pointer;
    transition:
      background-color var(--motion),
      border-color var(--motion),
      color var(--motion);
  }

  button:hover,
  .button:hover {
    background: var(--hover);
  }

  button.primary,
  .button.primary {
    border-color: transparent;
    background: var(--accent-fill);
    color: var(--on-accent);
  }

  button.primary:hover,
  .button.primary:hover {
    background: var(--accent-fill-hover);
  }

  button.quiet,
  .button.quiet {
    border-color: transparent;
    background: transparent;
  }

  button.quiet:hover,
  .button.quiet:hover {
    background: var(--hover);
  }

  button.danger {
    border-color: transparent;
    background: var(--danger-fill);
    color: var(--on-accent);
  }

  button.quiet.danger {
    background: transparent;
    color: var(--danger);
  }

  button.quiet.danger:hover {
    background: var(--danger-soft);
  }

  button.square,
  .button.square {
    flex: none;
    inline-size: var(--control);
    padding: 0;
  }

  button:disabled {
    opacity: 0.55;
    cursor: default;
  }

  .field {
    display: block;
    inline-size: 100%;
    min-block-size: var(--control);
    margin: 0;
    padding: var(--space-1) var(--space-3);
    border: var(--hairline) solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
    font: var(--type-body);
  }

  .field::placeholder {
    color: var(--muted);
    opacity: 1;
  }

  .field:focus-visible {
    border-color: var(--focus);
    outline-offset: calc(var(--hairline) * -1);
  }

  .meta {
    color: var(--muted);
    font: var(--type-meta);
  }

  a {
    color: var(--accent);
  }

  mark {
    border-radius: var(--ring);
    background: var(--mark);
    color: var(--text);
  }

  kbd {
    padding: 0 var(--space-1);
    border: var(--hairline) solid var(--line);
    border-radius: var(--radius);
    color: var(--muted);
    font: var(--type-meta);
  }

  .unseen {
    position: absolute;
    inline-size: var(--hairline);
    block-size: var(--hairline);
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`
