// What the pages load, for tests that read pages without a browser: nothing.

export const style = '';
export const script = '';
