// Written by `npm run generate`.
export const PAGE: { readonly script: string; readonly style: string } = { script: '', style: '' }
