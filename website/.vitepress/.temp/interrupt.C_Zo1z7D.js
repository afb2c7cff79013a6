const _imports_0 = "/assets/interrupt.DTViyPfG.svg";
export {
  _imports_0 as _
};
