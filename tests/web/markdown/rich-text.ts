/** One of everything, as a model would write it. */
export const richText = `# Planning the heating

The house has **three circuits** and one *slow* floor. At 21 °C the pump takes about ~~900~~ **640 W**, which costs $5 to $10
a week. More on [heat curves](https://example.org/curves "A page") and at https://example.org/docs, or ask me@example.org.

## What to do

1. Measure the flow temperature with \`sensor.read()\`:

   \`\`\`python
   def flow(sensor, tries: int = 3) -> float:
       """Median of some readings."""
       values = [sensor.read() for _ in range(tries)]
       return sorted(values)[tries // 2]  # in °C
   \`\`\`

2. Compare it with the table.
   - below 30 °C: fine
   - above: turn it down
     - by one step
     - then wait a day
3. Write it down.

- [x] Bleed the radiators
- [ ] Check the pressure
- [ ] Set the curve to \`0.6\`

| Room        | Target |  Power | Note                              |
|-------------|:------:|-------:|-----------------------------------|
| Kitchen     |  20 °C |  180 W | warms up by **itself**            |
| Living room |  21 °C |  260 W | sun from 11:00, see \`curve.south\` |
| Bath        |  23 °C |  200 W | only 06:00 to 08:00               |

> A slow floor forgives a lot.
>
> > But it never forgives haste.

### Why

The power is $P = \\dot m \\, c \\, \\Delta T$, and with the flow of \\(\\dot m = 0.06\\) kg/s

$$
\\Delta T = \\frac{P}{\\dot m \\cdot c} = \\frac{640}{0.06 \\cdot 4186} \\approx 2.5\\,\\mathrm{K}
$$

so that \\[ \\int_0^{24} P(t)\\, dt = 15.4\\ \\mathrm{kWh} \\] a day.

---

#### Sources

See the [manual][manual] and this picture: ![Plan of the pipes](https://example.org/plan.png).

\`\`\`ts
export async function heat(room: Room, signal: AbortSignal): Promise<void> {
  for await (const reading of room.readings(signal)) {
    if (reading.celsius > 21.5) return room.off() // warm enough
  }
}
\`\`\`

\`\`\`
plain code, no language
\`\`\`

[manual]: https://example.org/manual
`
