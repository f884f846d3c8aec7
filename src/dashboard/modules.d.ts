// What scripts/browser-part.ts puts into the bundle.

declare module 'dashboard:assets' {
  /** styles/main.css, minified. */
  export const style: string;
  /** browser/main.ts, bundled for browsers. */
  export const script: string;
}
