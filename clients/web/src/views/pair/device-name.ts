/** Of `navigator`, what tells a device. */
export interface Platform {
  readonly userAgent: string
  /** An iPad says it is a Mac, but no Mac has a touch screen. */
  readonly maxTouchPoints: number
}

export interface DeviceParts {
  readonly browser: string | undefined
  readonly system: string | undefined
}

/** The order matters: most browsers also name those they descend from. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\b(Edg|EdgA|EdgiOS)\//, 'Edge'],
  [/\b(OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|HeadlessChrome|Chromium)\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
]

const systems: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
]

/** What the browser says of itself, as people call it. */
export function devicePartsOf({ userAgent, maxTouchPoints }: Platform): DeviceParts {
  const system = firstNamed(systems, userAgent)
  return {
    browser: firstNamed(browsers, userAgent),
    system: system === 'Mac' && maxTouchPoints > 1 ? 'iPad' : system,
  }
}

function firstNamed(names: readonly (readonly [RegExp, string])[], userAgent: string): string | undefined {
  return names.find(([pattern]) => pattern.test(userAgent))?.[1]
}
