// What scripts/browser-part.ts puts into the bundle.

declare module 'dashboard:assets' {
  /** dashboard.css, minified. */
  export const style: string;
  /** dashboard.ts, bundled for browsers. */
  export const script: string;
}
