import { css } from 'lit'
import { codeStyles } from './code-styles.ts'

/** How a text looks, from the tokens of the page: body 16/24, code 14/21, steps of 4. */
export const markdownStyles = [
  css`
    *,
    *::before,
    *::after {
      box-sizing: border-box;
    }

    :host {
      display: block;
      min-inline-size: 0;
      color: var(--text);
      font: var(--type-body);
      overflow-wrap: break-word;
      /* TeX can move things anywhere; above and below only a ring of focus may reach out. */
      clip-path: inset(calc(var(--ring) * -2) -100vw);
    }

    :host([hidden]) {
      display: none;
    }

    :focus-visible {
      outline: var(--ring) solid var(--focus);
      outline-offset: var(--ring);
    }

    :where(p, ul, ol, pre, table, blockquote, h3, h4, h5, h6) {
      margin: 0;
    }

    :where(.text, blockquote, li) > :where(* + *) {
      margin-block-start: var(--space-3);
    }

    :where(.text, blockquote, li) > :where(* + .code, .code + *, * + .table, .table + *, * + blockquote, blockquote + *) {
      margin-block-start: var(--space-4);
    }

    .segment {
      display: block;
    }

    :is(h3, h4, h5, h6) {
      text-wrap: balance;
    }

    h3 {
      font: var(--type-heading);
    }

    h4 {
      font: var(--type-title);
    }

    h5 {
      font: var(--type-strong);
    }

    h6 {
      color: var(--muted);
      font: var(--type-strong);
    }

    .text > * + :is(h3, h4) {
      margin-block-start: var(--space-6);
    }

    .text > * + :is(h5, h6) {
      margin-block-start: var(--space-5);
    }

    .text > :is(h3, h4, h5, h6) + * {
      margin-block-start: var(--space-2);
    }

    strong {
      font-weight: 600;
    }

    del {
      color: var(--muted);
    }

    hr {
      block-size: 0;
      margin: 0;
      border: 0;
      border-block-start: var(--hairline) solid var(--line);
    }

    .text > :is(* + hr, hr + *) {
      margin-block-start: var(--space-5);
    }

    a {
      color: var(--accent);
      text-decoration-thickness: var(--hairline);
      text-underline-offset: 0.2em;
      overflow-wrap: anywhere;
    }

    a:hover {
      text-decoration-thickness: var(--ring);
    }

    .picture {
      display: inline-block;
      max-inline-size: 100%;
      padding: 0 var(--space-2);
      border: var(--hairline) solid var(--line);
      border-radius: var(--radius);
      text-decoration: none;
    }

    .picture .kind {
      color: var(--muted);
      font-size: 0.8125em;
    }

    ul,
    ol {
      padding-inline-start: var(--space-5);
    }

    ol {
      /* Room for two digits. */
      padding-inline-start: calc(var(--space-5) + var(--space-1));
    }

    li::marker {
      color: var(--muted);
      font-variant-numeric: tabular-nums;
    }

    :is(ul, ol) > li + li {
      margin-block-start: var(--space-1);
    }

    :is(ul, ol).loose > li + li {
      margin-block-start: var(--space-3);
    }

    :is(ul, ol):not(.loose) > li > :is(p, ul, ol) {
      margin-block-start: var(--space-1);
    }

    li > p:first-child,
    li > input + p {
      margin-block-start: 0 !important;
    }

    .task {
      list-style: none;
    }

    .task > input {
      float: inline-start;
      inline-size: 1em;
      block-size: 1em;
      margin: 0.25em 0 0 calc(var(--space-5) * -1);
      border: var(--hairline) solid var(--line-strong);
      border-radius: 0.2em;
      appearance: none;
    }

    /* As a control that cannot be used it would be pale; it is part of the text. */
    .task > input:checked {
      border-color: transparent;
      background: var(--accent-fill);
    }

    .task > input:checked::before {
      display: block;
      block-size: 100%;
      background: var(--on-accent);
      clip-path: polygon(17% 50%, 27% 40%, 43% 56%, 73% 24%, 83% 34%, 43% 76%);
      content: "";
    }

    blockquote {
      padding-inline-start: var(--space-4);
      border-inline-start: calc(var(--ring) + var(--hairline)) solid var(--line);
      color: var(--muted);
    }

    .table {
      overflow-x: auto;
      border: var(--hairline) solid var(--line);
      border-radius: var(--radius);
      scrollbar-width: thin;
    }

    table {
      min-inline-size: 100%;
      /* Collapsed borders are worked out for all rows whenever one comes. */
      border-collapse: separate;
      border-spacing: 0;
      font-variant-numeric: tabular-nums;
    }

    th,
    td {
      min-inline-size: 5em;
      max-inline-size: 24em;
      padding: var(--space-2) var(--space-3);
      text-align: start;
      vertical-align: top;
    }

    td .inline {
      overflow-wrap: normal;
    }

    th {
      background: var(--sunken);
      font: var(--type-label);
      font-weight: 600;
      vertical-align: bottom;
    }

    td {
      border-block-start: var(--hairline) solid var(--line);
    }

    .center {
      text-align: center;
    }

    .end {
      text-align: end;
    }

    math {
      font-size: 1.1em;
    }

    .formula.display {
      display: block;
      overflow: auto hidden;
      padding-block: var(--space-1);
      text-align: center;
    }

    .formula:not(:has(math)) {
      color: var(--muted);
      font-family: var(--family-code);
      font-size: 0.875em;
      white-space: pre-wrap;
    }
  `,
  codeStyles,
]
