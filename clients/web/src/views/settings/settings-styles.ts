import { css } from 'lit'

export const settingsStyles = css`
  :host {
    display: block;
    max-inline-size: var(--panel);
    margin-inline: auto;
    padding: var(--space-5) var(--space-4) var(--space-6);
  }

  h1 {
    margin: 0 0 var(--space-5);
    font: var(--type-heading);
    overflow-wrap: anywhere;
    hyphens: auto;
  }

  h2 {
    margin: 0 0 var(--space-2);
    font: var(--type-title);
  }

  section + section {
    margin-block-start: var(--space-6);
  }

  .card {
    margin: 0;
    border: var(--hairline) solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: center;
    justify-content: space-between;
    min-block-size: calc(var(--control) + var(--space-4));
    padding: var(--space-2) var(--space-4);
  }

  .row + .row {
    border-block-start: var(--hairline) solid var(--line);
  }

  .row > :last-child {
    max-inline-size: 100%;
  }

  fieldset.row {
    inline-size: 100%;
    min-inline-size: 0;
    margin: 0;
    border: 0;
    border-block-start: var(--hairline) solid var(--line);
  }

  /* A legend would stand on the line above its row. */
  legend {
    float: inline-start;
    padding: 0;
  }

  label,
  legend,
  dt {
    font: var(--type-label);
  }

  dd {
    margin: 0;
    color: var(--muted);
    font: var(--type-label);
    font-weight: 400;
    overflow-wrap: anywhere;
  }

  select.field {
    inline-size: auto;
    max-inline-size: 100%;
    font: var(--type-label);
  }

  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1);
    padding: var(--space-1);
    border-radius: var(--radius-card);
    background: var(--sunken);
  }

  .choices label {
    position: relative;
    display: flex;
    gap: var(--space-2);
    align-items: center;
    min-inline-size: 0;
    max-inline-size: 100%;
    min-block-size: calc(var(--control) - var(--space-1));
    overflow-wrap: anywhere;
    padding: 0 var(--space-3);
    border-radius: calc(var(--radius-card) - var(--space-1));
    color: var(--muted);
    cursor: pointer;
    transition:
      background-color var(--motion),
      color var(--motion);
  }

  .choices input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  @media (max-width: 30em) {
    .choices .icon {
      display: none;
    }
  }

  .choices label:hover {
    color: var(--text);
  }

  .choices label:has(:checked) {
    background: var(--surface);
    color: var(--text);
    box-shadow: 0 0 0 var(--hairline) var(--line-strong);
  }

  .choices label:has(:focus-visible) {
    outline: var(--ring) solid var(--focus);
    outline-offset: var(--ring);
  }

  input[type='range'] {
    flex: 1 1 var(--menu);
    max-inline-size: var(--slider);
    block-size: var(--control);
    margin: 0;
    appearance: none;
    background: transparent;
    cursor: pointer;
  }

  input[type='range']::-webkit-slider-runnable-track {
    block-size: var(--space-3);
    border-radius: var(--radius-round);
    background: var(--hue-wheel);
  }

  input[type='range']::-moz-range-track {
    block-size: var(--space-3);
    border-radius: var(--radius-round);
    background: var(--hue-wheel);
  }

  input[type='range']::-webkit-slider-thumb {
    inline-size: var(--space-5);
    block-size: var(--space-5);
    margin-block-start: calc((var(--space-3) - var(--space-5)) / 2);
    appearance: none;
    border: calc(2 * var(--ring)) solid var(--surface);
    border-radius: var(--radius-round);
    background: var(--accent-fill);
    box-shadow: 0 0 0 var(--hairline) var(--line-strong);
  }

  input[type='range']::-moz-range-thumb {
    box-sizing: border-box;
    inline-size: var(--space-5);
    block-size: var(--space-5);
    border: calc(2 * var(--ring)) solid var(--surface);
    border-radius: var(--radius-round);
    background: var(--accent-fill);
    box-shadow: 0 0 0 var(--hairline) var(--line-strong);
  }

  .note {
    margin: var(--space-2) var(--space-1) 0;
  }

  .out {
    margin-block-start: var(--space-4);
  }

  .failure {
    padding: var(--space-4);
  }
`
